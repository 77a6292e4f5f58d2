// Package app is the vocabulary of psabridge: the words a technician or a bookkeeper would use, as types.
//
// It holds no behaviour beyond parsing, printing and comparing its own values, and it imports nothing of
// ours, so every other package can share these words without depending on one another.
package app
