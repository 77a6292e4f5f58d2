package main

import "testing"

// TestALineIsWhatAPersonTyped: Windows ends lines with two characters, and its editors put an invisible one before the first. A
// passphrase file written there opens what was encrypted with the same words from the environment.
func TestALineIsWhatAPersonTyped(t *testing.T) {
	for _, in := range []string{"correct horse ", "correct horse \n", "correct horse \r\n", "\ufeffcorrect horse \r\n"} {
		if got := trimLine([]byte(in)); got != "correct horse " {
			t.Errorf("%q became %q", in, got)
		}
	}
}
