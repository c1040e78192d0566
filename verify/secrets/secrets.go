// Package secrets keeps the password that a lab's shell is given out of what is
// published, however it is written there.
package secrets

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// tokenVariable is where a lab's shell has the password of the stand-in hub's
// user.
const tokenVariable = "DOCKERHUB_TOKEN"

// tokenPrefix is what Docker Hub's access tokens begin with. It is no secret.
const tokenPrefix = "dckr_pat_"

// NewPassword makes a password that looks like Docker Hub's access tokens.
func NewPassword() string { return tokenPrefix + rand.Text() }

// Secrets is the password of the stand-in hub's user, which is never published.
// Without a password there is nothing to hide.
type Secrets struct {
	password string
	forms    []form
}

// A form is a way in which a password can be written.
type form struct {
	name  string            // stands for it in what is published
	fold  func(byte) byte   // characters that mean the same become the same
	n     int               // length of pieces
	piece map[string]bool   // every piece of the password
	grow  func(c byte) bool // whether a character beside a piece belongs to it
}

// minPiece is how many characters of a password are taken for a piece of it.
// Seven are not enough to guess the other 19, and no other text has eight by
// accident.
const minPiece = 8

// New returns the secrets with a password, "" for none.
func New(password string) Secrets {
	if password == "" {
		return Secrets{}
	}
	random := strings.TrimPrefix(password, tokenPrefix)
	once := encodings(random)
	twice := slices.Clone(once) // ~/.docker/config.json has it once, "base64 config.json" twice
	for _, text := range once {
		twice = append(twice, encodings(text)...)
	}
	const perByte = 2
	return Secrets{password, []form{
		newForm("$"+tokenVariable, minPiece, lower, nil, random),
		newForm("$"+tokenVariable+"_BASE64", base64.RawStdEncoding.EncodedLen(minPiece), standardBase64, isBase64, twice...),
		newForm("$"+tokenVariable+"_HEX", perByte*minPiece, lower, nil, hex.EncodeToString([]byte(random))),
	}}
}

func newForm(name string, n int, fold func(byte) byte, grow func(byte) bool, texts ...string) form {
	f := form{name: name, n: n, fold: fold, grow: grow, piece: map[string]bool{}}
	for _, text := range texts {
		folded := f.folded([]byte(text))
		for i := 0; i+n <= len(folded); i++ {
			f.piece[string(folded[i:i+n])] = true
		}
	}
	return f
}

func (f form) folded(text []byte) []byte {
	folded := make([]byte, len(text))
	for i, c := range text {
		folded[i] = f.fold(c)
	}
	return folded
}

// encodings returns what the base64 of any text has in it that contains this
// one. It depends on how many bytes stand before it, modulo three. Characters
// that depend on what stands beside it are left out.
func encodings(text string) (all []string) {
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + text))
		first, end := (8*before+5)/6, 8*(before+len(text))/6
		all = append(all, encoded[first:end])
	}
	return all
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// standardBase64 turns the alphabet of URLs into the standard one.
func standardBase64(c byte) byte {
	switch c {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return c
}

func isBase64(c byte) bool {
	c = standardBase64(c)
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}

// Env is what a lab's shells know of them.
func (s Secrets) Env() []string {
	if s.password == "" {
		return nil
	}
	return []string{tokenVariable + "=" + s.password}
}

// Fill puts the password into what is typed.
func (s Secrets) Fill(typed string) string {
	return strings.ReplaceAll(typed, "$"+tokenVariable, s.password)
}

// Hide takes the password out of a text: as it is, in base64 and in hexadecimal
// digits, alone or with anything before and behind it, in other case, with
// blanks, line breaks and control sequences in it, and pieces of it. What stands
// between its characters stays, so the text has as many lines as before.
func (s Secrets) Hide(text string) string {
	for _, f := range s.forms {
		text = f.hide(text)
	}
	return text
}

func (f form) hide(text string) string {
	visible, at := visible(text)
	folded := f.folded(visible)
	var out strings.Builder
	done := 0 // of text
	for i, end := 0, 0; i+f.n <= len(folded); i++ {
		if !f.piece[string(folded[i:i+f.n])] {
			continue
		}
		start := i
		for end = i + f.n; i+1+f.n <= len(folded) && f.piece[string(folded[i+1:i+1+f.n])]; i++ {
			end = i + 1 + f.n
		}
		if before, ok := strings.CutSuffix(string(folded[:start]), tokenPrefix); ok {
			start = len(before)
		}
		beside := func(i, j int) bool { // they stand side by side, and belong together
			return f.grow != nil && i >= 0 && j < len(at) && at[j] == at[i]+1 && f.grow(visible[i]) && f.grow(visible[j])
		}
		for beside(start-1, start) && at[start-1] >= done {
			start--
		}
		for beside(end-1, end) {
			end++
		}
		out.WriteString(text[done:at[start]])
		out.WriteString(f.name)
		for k := start; k < end; k++ { // without the characters, but with what is between them
			next := len(text)
			if k+1 < len(at) {
				next = at[k+1]
			}
			if k+1 < end {
				out.WriteString(text[at[k]+1 : next])
			}
		}
		done, i = at[end-1]+1, end-1
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// visible returns the characters of a text that leave ink on a terminal, and
// where they stand. Control sequences, control characters and blanks are left
// out.
func visible(text string) (chars []byte, at []int) {
	chars, at = make([]byte, 0, len(text)), make([]int, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == 0x1b && i+1 < len(text) && text[i+1] == '[':
			for i += 2; i < len(text) && (text[i] < 0x40 || text[i] > 0x7e); i++ {
			}
		case c > ' ' && c != 0x7f:
			chars, at = append(chars, c), append(at, i)
		}
	}
	return chars, at
}

// Redact hides the password in lines. A terminal may have broken it in two.
func (s Secrets) Redact(lines []string) {
	if len(s.forms) > 0 {
		copy(lines, strings.Split(s.Hide(strings.Join(lines, "\n")), "\n"))
	}
}

// Clean hides the password in all texts of what a pointer leads to. It panics if
// that has a map or an interface in it.
func (s Secrets) Clean(pointer any) {
	if len(s.forms) > 0 {
		s.clean(reflect.ValueOf(pointer))
	}
}

func (s Secrets) clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			s.clean(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() { // others are those of time.Time
				s.clean(v.Field(i))
			}
		}
	case reflect.Slice:
		if lines, ok := v.Interface().([]string); ok {
			s.Redact(lines)
			return
		}
		for i := range v.Len() {
			s.clean(v.Index(i))
		}
	case reflect.String:
		v.SetString(s.Hide(v.String()))
	case reflect.Map, reflect.Interface, reflect.Array:
		panic(fmt.Sprintf("secrets: nothing hides secrets in a %v", v.Type()))
	}
}
