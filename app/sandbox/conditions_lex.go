package sandbox

import (
	"errors"
	"fmt"
	"strings"
)

// tokenKind is one kind of word in a condition.
type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenName             // a field path, a keyword, true, null
	tokenString           // quoted
	tokenNumber
	tokenDate // [2026-11-22T10:00:00Z]
	tokenOp   // = != < <= > >=
	tokenOpen
	tokenClose
	tokenComma
)

type token struct {
	kind tokenKind
	text string
}

// lex cuts a condition into words.
func lex(s string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(':
			tokens, i = append(tokens, token{tokenOpen, "("}), i+1
		case c == ')':
			tokens, i = append(tokens, token{tokenClose, ")"}), i+1
		case c == ',':
			tokens, i = append(tokens, token{tokenComma, ","}), i+1
		case strings.IndexByte("=!<>", c) >= 0:
			op, n := operator(s[i:])
			if n == 0 {
				return nil, fmt.Errorf("unexpected %q at %d", c, i)
			}
			tokens, i = append(tokens, token{tokenOp, op}), i+n
		case c == '"' || c == '\'':
			text, n, err := quotedString(s[i:])
			if err != nil {
				return nil, err
			}
			tokens, i = append(tokens, token{tokenString, text}), i+n
		case c == '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				return nil, errors.New("a date is not closed")
			}
			tokens, i = append(tokens, token{tokenDate, s[i+1 : i+end]}), i+end+1
		case c == '-' || c >= '0' && c <= '9':
			n := span(s[i:], "0123456789.-")
			tokens, i = append(tokens, token{tokenNumber, s[i : i+n]}), i+n
		default:
			n := span(s[i:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.")
			if n == 0 {
				return nil, fmt.Errorf("unexpected %q at %d", c, i)
			}
			tokens, i = append(tokens, token{tokenName, s[i : i+n]}), i+n
		}
	}
	return append(tokens, token{kind: tokenEnd}), nil
}

func operator(s string) (string, int) {
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if strings.HasPrefix(s, op) {
			return op, len(op)
		}
	}
	return "", 0
}

// quotedString reads a string in either quote. A backslash makes the next
// quote or backslash an ordinary character; before anything else it is one itself.
func quotedString(s string) (text string, length int, err error) {
	quote := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '"' || s[i+1] == '\''):
			i++
			b.WriteByte(s[i])
		case s[i] == quote:
			return b.String(), i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, errors.New("a string is not closed")
}

func span(s, of string) int {
	n := 0
	for n < len(s) && strings.IndexByte(of, s[n]) >= 0 {
		n++
	}
	return n
}
