// Package push is the monthly run: it makes plans from fresh usage and fresh agreements, takes a person's decisions,
// approves, writes agreement by agreement, and undoes.
//
// What a plan says is decided in package billing; what is stored, in package store. This package reads, asks and
// writes in the right order, so that no quantity reaches ConnectWise that was not planned, allowed and compared.
package push
