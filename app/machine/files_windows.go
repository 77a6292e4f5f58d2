package machine

import (
	"io/fs"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Who may have a right to our files besides their owner: the system, its administrators, who can take any right anyway, and the
// two names that stand for the owner.
var trusted = []windows.WELL_KNOWN_SID_TYPE{
	windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid, windows.WinCreatorOwnerSid, windows.WinCreatorOwnerRightsSid,
}

// open reports whether a file's access list gives somebody else a right.
func open(path string, _ fs.DirEntry) (bool, error) {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return false, err
	}
	list, _, err := sd.DACL()
	if err != nil {
		return false, err
	}
	if list == nil {
		return true, nil // no list lets everybody do everything
	}
	may, err := allowed()
	if err != nil {
		return false, err
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &ace); err != nil {
			return false, err
		}
		if ace.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE {
			continue
		}
		if who := (*windows.SID)(unsafe.Pointer(&ace.SidStart)); !has(may, who) { //nolint:gosec // the SID begins there, as the API says
			return true, nil
		}
	}
	return false, nil
}

// narrow gives a file an access list of its own: the user of this program and the system.
func narrow(path string, d fs.DirEntry) error {
	me, err := user()
	if err != nil {
		return err
	}
	system, err := windows.CreateWellKnownSid(windows.WinLocalSystemSid)
	if err != nil {
		return err
	}
	inherit := uint32(windows.NO_INHERITANCE)
	if d.IsDir() {
		inherit = windows.SUB_CONTAINERS_AND_OBJECTS_INHERIT
	}
	var entries []windows.EXPLICIT_ACCESS
	for _, sid := range []*windows.SID{me, system} {
		entries = append(entries, windows.EXPLICIT_ACCESS{
			AccessPermissions: windows.GENERIC_ALL, AccessMode: windows.GRANT_ACCESS, Inheritance: inherit,
			Trustee: windows.TRUSTEE{TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(sid)},
		})
	}
	list, err := windows.ACLFromEntries(entries, nil)
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}

// user is whose this program is.
func user() (*windows.SID, error) {
	u, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	return u.User.Sid, nil
}

func allowed() ([]*windows.SID, error) {
	me, err := user()
	if err != nil {
		return nil, err
	}
	out := []*windows.SID{me}
	for _, kind := range trusted {
		sid, err := windows.CreateWellKnownSid(kind)
		if err != nil {
			return nil, err
		}
		out = append(out, sid)
	}
	return out, nil
}

func has(list []*windows.SID, sid *windows.SID) bool {
	for _, one := range list {
		if one.Equals(sid) {
			return true
		}
	}
	return false
}
