// An outsider's check of an exported ledger, with nothing of callbox: Go's own code for tiled logs
// and signed notes (golang.org/x/mod/sumdb).
//
//	tiles VERIFIER-KEY TILES [ENTRIES|- [OLDER-CHECKPOINT]]
//
// Reads the checkpoint, checks its signature, proves every entry of the bundles (or every leaf hash,
// without bundles) to be in the signed tree, and every smaller tree at a few sizes to be its beginning. A
// checkpoint that was kept from before must be signed too, and of the same history.
// Prints "ok SIZE ROOT ENTRIES PROOFS", or one line that says what is wrong and exits 1.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := check(os.Args[1:]); err != nil {
		fmt.Println("wrong:", err)
		os.Exit(1)
	}
}

type files struct{ root string }

func (f files) Height() int { return 8 }

// Go's paths name the tiles' height, those of C2SP do not.
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(f.root, path))
		if err != nil {
			return nil, err
		}
		read = append(read, bytes)
	}
	return read, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func check(arguments []string) error {
	if len(arguments) < 2 {
		return fmt.Errorf("give a verifier key and a directory")
	}
	verifier, err := note.NewVerifier(arguments[0])
	if err != nil {
		return err
	}
	tree, err := open(filepath.Join(arguments[1], "checkpoint"), verifier)
	if err != nil {
		return err
	}
	size, root := tree.N, tree.Hash
	reader := tlog.TileHashReader(tree, files{arguments[1]})

	entries := 0
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		var indexes []int64
		for i := int64(0); i < width; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
		}
		// TileHashReader gives only hashes that lead to the signed root.
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		if len(arguments) < 3 || arguments[2] == "-" {
			continue
		}
		tile := tlog.Tile{H: 8, L: -1, N: first / 256, W: int(width)}
		path := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/")
		bundle, err := os.ReadFile(filepath.Join(arguments[2], path))
		if err != nil {
			return err
		}
		for i := range hashes {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle %s ends within an entry", path)
			}
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:length]) != hashes[i] {
				return fmt.Errorf("entry %d is not the one that was signed", first+int64(i))
			}
			bundle = bundle[length:]
			entries++
		}
		if len(bundle) > 0 {
			return fmt.Errorf("bundle %s has bytes after its entries", path)
		}
	}

	proofs := 0
	for n := int64(0); n < size; n += 1 + size/50 {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(size, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, size, root, n, hashes[0]); err != nil {
			return err
		}
		older, err := tlog.TreeHash(n+1, reader)
		if err != nil {
			return err
		}
		prefix, err := tlog.ProveTree(size, n+1, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(prefix, size, root, n+1, older); err != nil {
			return err
		}
		proofs += 2
	}
	if len(arguments) > 3 {
		older, err := open(arguments[3], verifier)
		if err != nil {
			return err
		}
		if older.N > size {
			return fmt.Errorf("the ledger shrank from %d to %d entries", older.N, size)
		}
		prefix, err := tlog.ProveTree(size, older.N, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(prefix, size, root, older.N, older.Hash); err != nil {
			return fmt.Errorf("the checkpoint of %d entries is of another history: %v", older.N, err)
		}
		proofs++
	}
	fmt.Println("ok", size, root, entries, proofs)
	return nil
}

// Reads a checkpoint that the key has signed.
func open(path string, verifier note.Verifier) (tlog.Tree, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.SplitN(signed.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of another ledger")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}
