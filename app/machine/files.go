package machine

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Permissions are what other users of this computer may do with the files of a folder.
type Permissions struct {
	Open     []string // somebody else may read or change these, and that could not be put right
	Repaired []string // somebody could, and cannot any more
}

// Files looks through a folder of ours and takes away what others may do there. With repair off it changes nothing, and what it finds
// stands under Open.
func Files(dir string, repair bool) (Permissions, error) {
	var out Permissions
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return nil //nolint:nilerr // gone meanwhile, or a link: what it points to is not ours
		}
		is, err := open(path, d)
		if err != nil || !is {
			return nil //nolint:nilerr // gone meanwhile
		}
		name, _ := filepath.Rel(dir, path)
		if name == "." {
			name = "the folder itself"
		}
		if repair && narrow(path, d) == nil {
			out.Repaired = append(out.Repaired, name)
		} else {
			out.Open = append(out.Open, name)
		}
		return nil
	})
	slices.Sort(out.Open)
	slices.Sort(out.Repaired)
	if _, serr := os.Stat(dir); serr != nil {
		return out, serr
	}
	return out, err
}
