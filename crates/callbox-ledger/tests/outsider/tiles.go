// An outsider's check of an exported ledger, with nothing of callbox: Go's own code for tiled logs
// and signed notes (golang.org/x/mod/sumdb).
//
//	tiles VERIFIER-KEY TILES [ENTRIES]
//
// Reads the checkpoint, checks its signature, proves every entry of the bundles (or every leaf hash,
// without bundles) to be in the signed tree, and every smaller tree at a few sizes to be its beginning.
// Prints "ok SIZE ROOT ENTRIES PROOFS", or one line that says what is wrong and exits 1.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
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
	text, err := os.ReadFile(filepath.Join(arguments[1], "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.SplitN(signed.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return fmt.Errorf("the checkpoint is of another ledger")
	}
	var size int64
	if _, err := fmt.Sscanf(lines[1], "%d", &size); err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	tree := tlog.Tree{N: size, Hash: root}
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
		if len(arguments) < 3 {
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
	fmt.Println("ok", size, root, entries, proofs)
	return nil
}
