// Package machine is what only the operating system knows: whose program is at the other end of a connection, what starts at
// login, on what kind of disk a folder lies, in which session of a person a program runs.
package machine
