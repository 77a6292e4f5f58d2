package machine

import "golang.org/x/sys/unix"

// Kinds of file systems that lie on another machine (statfs(2)).
var remote = map[int64]bool{
	unix.NFS_SUPER_MAGIC: true, unix.SMB_SUPER_MAGIC: true, unix.SMB2_SUPER_MAGIC: true, unix.CIFS_SUPER_MAGIC: true, unix.AFS_SUPER_MAGIC: true,
	unix.AFS_FS_MAGIC: true, unix.CODA_SUPER_MAGIC: true, unix.CEPH_SUPER_MAGIC: true, unix.V9FS_MAGIC: true, unix.NCP_SUPER_MAGIC: true,
}

func networkDrive(dir string) bool {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return false
	}
	return remote[int64(uint32(s.Type))] //nolint:gosec // the kernel's numbers have 32 bits
}
