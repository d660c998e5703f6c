/* Stands between the program and the system: once the file named by FAIL_FLUSH exists, every flush of
 * a file whose path holds "ledger.db" fails as that of a broken disk does. Each such flush is noted in
 * the file with ".count" behind its name. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd) {
    const char *flag = getenv("FAIL_FLUSH");
    if (flag == NULL || access(flag, F_OK) != 0) return 0;
    char link[64], path[4096], count[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strstr(path, "ledger.db") == NULL) return 0;
    snprintf(count, sizeof count, "%s.count", flag);
    int out = open(count, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (out >= 0) {
        if (write(out, "x", 1) != 1) abort();
        close(out);
    }
    errno = EIO;
    return 1;
}

int fsync(int fd) {
    if (fails(fd)) return -1;
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return next(fd);
}

int fdatasync(int fd) {
    if (fails(fd)) return -1;
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return next(fd);
}
