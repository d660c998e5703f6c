// Reads a cosigned checkpoint with Go's own code for signed notes, and nothing of callbox.
//
//	cosigned NOTE LOG-KEY WITNESS-KEY...
//
// Exits with 1 unless the log and each of the witnesses signed it.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A cosigner's key, as C2SP tlog-cosignature (type 0x04) defines it.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, text)
	return ed25519.Verify(c.key, []byte(message), signature[8:])
}

func parse(text string) (cosigner, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return cosigner{}, fmt.Errorf("%s is no key", text)
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return cosigner{}, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return cosigner{}, fmt.Errorf("%s is no key of type 4", text)
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if binary.BigEndian.Uint32(id[:]) != uint32(hash) {
		return cosigner{}, fmt.Errorf("%s has another key id", text)
	}
	return cosigner{parts[0], uint32(hash), key[1:]}, nil
}

func check(path, log string, witnesses []string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(log)
	if err != nil {
		return err
	}
	verifiers := []note.Verifier{verifier}
	for _, witness := range witnesses {
		cosigner, err := parse(witness)
		if err != nil {
			return err
		}
		verifiers = append(verifiers, cosigner)
	}
	signed, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	if len(signed.Sigs) != len(verifiers) {
		return fmt.Errorf("%d of %d signed", len(signed.Sigs), len(verifiers))
	}
	for _, one := range signed.Sigs {
		fmt.Println(one.Name)
	}
	return nil
}

func main() {
	if err := check(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
