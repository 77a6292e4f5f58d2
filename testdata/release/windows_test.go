package release_test

import (
	"debug/pe"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestExeHasIconVersionAndManifestAndNoConsole(t *testing.T) {
	exe := file(t, "windows-amd64.exe")
	f, err := pe.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head, ok := f.OptionalHeader.(*pe.OptionalHeader64)
	if !ok || head.Subsystem != pe.IMAGE_SUBSYSTEM_WINDOWS_GUI {
		t.Error("the program opens a console window")
	}
	dir := t.TempDir()
	run(t, "go", "run", "github.com/tc-hib/go-winres@v0.3.3", "extract", "--xml-manifest", "--dir", dir, exe)
	has(t, "resources", read(t, filepath.Join(dir, "winres.json")), `"RT_GROUP_ICON"`, `"file_version": "1.2.3.0"`, `"ProductVersion": "v1.2.3"`, `"FileDescription": "psabridge"`)
	manifests, err := filepath.Glob(filepath.Join(dir, "*.manifest"))
	if err != nil || len(manifests) != 1 {
		t.Fatal(manifests, err)
	}
	has(t, "manifest", read(t, manifests[0]), "asInvoker", "longPathAware", "PerMonitorV2", "UTF-8")
}

// TestMSIIsForOnePersonAndUpgrades reads the installer's tables; make wine-test installs it.
func TestMSIIsForOnePersonAndUpgrades(t *testing.T) {
	need(t, "msiinfo", "msiextract")
	msi := file(t, ".msi")
	table := func(name string) string { return run(t, "msiinfo", "export", msi, name) }
	has(t, "Property", table("Property"), "UpgradeCode\t{D47A7092-974C-4F49-A31C-6B6E4DFF3D0A}", "ProductVersion\t1.2.3")
	if strings.Contains(table("Property"), "ALLUSERS") {
		t.Error("the installer is for all users")
	}
	has(t, "summary", run(t, "msiinfo", "suminfo", msi), "Source: 10 (a)", "Template: x64;1033") // 8: asks for no administrator
	has(t, "Directory", table("Directory"), "INSTALLDIR\tProgramsFolder\tpsabridge", "ProgramsFolder\tLocalAppDataFolder\tPrograms")
	has(t, "Upgrade", table("Upgrade"), "0.0.0\t1.2.4\t\t256\t\tOLDER", "1.2.4\t\t\t258\t\tNEWER")
	has(t, "LaunchCondition", table("LaunchCondition"), "NOT NEWER")
	has(t, "Registry", table("Registry"), `Software\Microsoft\Windows\CurrentVersion\Run`, `"[INSTALLDIR]psabridge.exe" serve --no-browser`, "[ATLOGIN]")
	has(t, "Component", table("Component"), "INSTALLDIR\t4\tAUTOSTART\t", "INSTALLDIR\t4\tATLOGIN AND NOT AUTOSTART\t")
	has(t, "Shortcut", table("Shortcut"), "[INSTALLDIR]psabridge.exe")
	dir := t.TempDir()
	run(t, "msiextract", "-C", dir, msi)
	if read(t, filepath.Join(dir, "Programs", "psabridge", "psabridge.exe")) != read(t, file(t, "windows-amd64.exe")) {
		t.Error("the installer holds another program than the release")
	}
}

// TestSignedReleaseVerifies signs with a certificate made for the test, and sees that a changed byte is noticed.
func TestSignedReleaseVerifies(t *testing.T) {
	need(t, "osslsigncode", "openssl", "wixl", "faketime")
	dir, dist := t.TempDir(), t.TempDir()
	key, crt, pfx, pass := filepath.Join(dir, "key.pem"), filepath.Join(dir, "crt.pem"), filepath.Join(dir, "sign.pfx"), filepath.Join(dir, "pass")
	if err := os.WriteFile(pass, []byte("of the test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "2", "-subj", "/CN=psabridge test", "-addext", "extendedKeyUsage=codeSigning", "-addext", "keyUsage=digitalSignature")
	run(t, "openssl", "pkcs12", "-export", "-inkey", key, "-in", crt, "-out", pfx, "-passout", "file:"+pass)
	if err := makeRelease(dist, []string{"SIGN_PFX=" + pfx, "SIGN_PASS_FILE=" + pass}, "windows/amd64"); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{".exe", ".msi"} {
		path := filepath.Join(dist, "psabridge-"+madeVersion+"-windows-amd64"+suffix)
		has(t, suffix, run(t, "osslsigncode", "verify", "-CAfile", crt, "-in", path), "Number of verified signatures: 1")
	}
	exe := filepath.Join(dist, "psabridge-"+madeVersion+"-windows-amd64.exe")
	b := []byte(read(t, exe))
	b[len(b)/2] ^= 1
	if err := os.WriteFile(exe, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if verifies(t, crt, exe) {
		t.Error("a changed program still verifies")
	}
}

func verifies(t *testing.T, certificate, path string) bool {
	t.Helper()
	return exec.CommandContext(t.Context(), "osslsigncode", "verify", "-CAfile", certificate, "-in", path).Run() == nil
}
