package sample

// Mapping is a folder of a File Server machine that is synchronised with a root.
type Mapping struct {
	ID, MachineID int
	Name, Path    string
	PersonID      int // whose home root it is; 0: a share
	RootID        int
}

// mappedFolders is how many folders each file server maps, in turn. One maps
// none: the right is paid for and not used.
var mappedFolders = []int{2, 1, 4, 3, 0, 2, 1, 3, 1, 4, 2, 1, 1, 2, 3, 1, 2, 1, 1, 2, 1, 3}

// buildMappings takes no chance, so that nothing else of the provider depends on it.
func (m *MSP) buildMappings() {
	folders, n := []string{"Projects", "Accounting", "Shared", "Scans"}, 0
	for _, id := range sortedIDs(m.machines) {
		d := m.machines[id]
		if d.Type != "server" {
			continue
		}
		roots := byID(m.roots, func(r *Root) bool { return r.CompanyID == d.CompanyID && r.Type == "share" })
		for i := range min(mappedFolders[n%len(mappedFolders)], len(folders)) {
			f := Mapping{ID: m.id("mapping"), MachineID: id, Name: folders[i], Path: `D:\Shares\` + folders[i]}
			if i < len(roots) {
				f.RootID = roots[i].ID
			} else if p := m.someone(d.CompanyID); p != nil {
				f.Name, f.Path, f.PersonID, f.RootID = p.FirstName+" "+p.LastName, `D:\Home\`+ascii(p.LastName), p.ID, p.RootID
			}
			m.mappings = append(m.mappings, f)
		}
		n++
	}
}

func (m *MSP) someone(organization int) *Person {
	for _, id := range sortedIDs(m.persons) {
		if p := m.persons[id]; p.CompanyID == organization {
			return p
		}
	}
	return nil
}

// Mappings lists the mapped folders of one machine.
func (m *MSP) Mappings(machine int) []Mapping {
	m.mu.RLock()
	defer m.mu.RUnlock()
	rows := []Mapping{}
	for _, f := range m.mappings {
		if f.MachineID == machine {
			rows = append(rows, f)
		}
	}
	return rows
}

// MapFolder maps one more folder of a machine to a root.
func (m *MSP) MapFolder(machine, root int, name string) Mapping {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := Mapping{ID: m.id("mapping"), MachineID: machine, Name: name, Path: `D:\Shares\` + name, RootID: root}
	m.mappings = append(m.mappings, f)
	return f
}
