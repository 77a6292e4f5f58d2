// Package billing holds the rules that turn a month's usage into agreement quantities: when a push is due, what a
// reading counts for, what a plan would change, why a line waits for a person, and how a push is undone.
//
// It is pure. Everything it knows is handed in, the moment included, so that the same input always gives the same plan
// and a plan can be explained a year later. It never talks to ConnectWise, and it never decides that a push happens.
package billing
