package main

import (
	"errors"
	"strconv"
)

// A jobs is the value of -j: how many labs run at a time, 0 for auto.
type jobs int

func (j *jobs) String() string {
	if *j == 0 {
		return "auto"
	}
	return strconv.Itoa(int(*j))
}

func (j *jobs) Set(text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case text == "auto":
		n = 0
	case err != nil || n < 1:
		return errors.New("expected auto, or a number") // badValue replaces this message
	}
	*j = jobs(n)
	return nil
}

func (*jobs) Type() string { return "jobs" }
