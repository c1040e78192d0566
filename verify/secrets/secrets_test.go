package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
)

const password = tokenPrefix + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func TestHide(t *testing.T) {
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	login := encoded("ann:" + password)
	config := `{"auths": {"https://index.docker.io/v1/": {"auth": "` + login + `"}}}`
	wrapped := encoded("some words before " + password + " and some behind it")
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"a token begins with dckr_pat_", "a token begins with dckr_pat_"},
		{"dckr_pat_0123456789", "dckr_pat_0123456789"},
		{encoded("ann:dckr_pat_0123456789"), encoded("ann:dckr_pat_0123456789")},
		{password, "$DOCKERHUB_TOKEN"},
		{"<" + password + ">", "<$DOCKERHUB_TOKEN>"},
		{password + " " + password, "$DOCKERHUB_TOKEN $DOCKERHUB_TOKEN"},
		{password + password, "$DOCKERHUB_TOKEN$DOCKERHUB_TOKEN"},
		{strings.ToLower(password), "$DOCKERHUB_TOKEN"},
		{url.QueryEscape("ann:" + password), "ann%3A$DOCKERHUB_TOKEN"},
		{login, "$DOCKERHUB_TOKEN_BASE64"},
		{"Basic " + login + ".", "Basic $DOCKERHUB_TOKEN_BASE64."},
		{config, `{"auths": {"https://index.docker.io/v1/": {"auth": "$DOCKERHUB_TOKEN_BASE64"}}}`},
		{encoded(config), "$DOCKERHUB_TOKEN_BASE64"},
		{encoded("a" + password), "$DOCKERHUB_TOKEN_BASE64"},
		{base64.RawURLEncoding.EncodeToString([]byte(`{"user":"ann","password":"` + password + `"}`)), "$DOCKERHUB_TOKEN_BASE64"},
		{hex.EncodeToString([]byte(password)), hex.EncodeToString([]byte(tokenPrefix)) + "$DOCKERHUB_TOKEN_HEX"},
		{"\x1b[31m" + password[:12] + "\x1b[0m\x1b[1m" + password[12:] + "\x1b[0m!", "\x1b[31m$DOCKERHUB_TOKEN\x1b[0m\x1b[1m\x1b[0m!"},
		{"x " + password[:20] + "\n" + password[20:] + " y", "x $DOCKERHUB_TOKEN\n y"},
		{wrapped[:40] + "\n" + wrapped[40:], "$DOCKERHUB_TOKEN_BASE64\n"},
		{"cut: " + password[:18], "cut: $DOCKERHUB_TOKEN"},
		{password[20:] + " is the rest", "$DOCKERHUB_TOKEN is the rest"},
		{"ab " + password[9:17] + " cd", "ab $DOCKERHUB_TOKEN cd"},
		{strings.Join(strings.Split(password, ""), " "), "$DOCKERHUB_TOKEN" + strings.Repeat(" ", len(password)-1)},
	} {
		got := New(password).Hide(c.in)
		if got != c.want {
			t.Errorf("%q:\n%q, want\n%q", c.in, got, c.want)
		}
		if again := New(password).Hide(got); again != got {
			t.Errorf("%q is not hidden once, but then %q", c.in, again)
		}
		if got := New("").Hide(c.in); got != c.in {
			t.Errorf("%q without a secret: %q", c.in, got)
		}
	}
}
