// Package tokens runs Chroma's lexers faster than Chroma does, with the same
// tokens: 13 (YAML) to 170 times (Python) as fast on fences of 200 bytes, as
// BenchmarkFence measures side by side.
//
// A lexer of Chroma's is a list of rules for each state: a pattern, what
// tokens to make of what it matched, and how to change the stack of states.
// Chroma tries the rules of a state one after the other at each position,
// each with regexp2, a port of .NET's backtracking matcher that works on
// runes. Here the rules, all of Chroma's languages, stay as they are, and are
// taken from it when a language is first used. Only how they are run differs:
//
//   - A state has a table of first bytes: which rules can match where the text
//     goes on with this byte (class.go, rules.go). Most positions are left with
//     one or two rules of thirty. Alternations have such a table too, which
//     makes a trie of a list of keywords, for regexp2's parser factors out what
//     they have in common.
//   - Patterns are parsed by regexp2's own parser, so that they mean the same,
//     and its tree is compiled to nodes that call each other, in the style of
//     continuations (compile.go, analyse.go; match.go, loop.go, assert.go): each
//     node knows what follows it, and returns where the match ends or that there
//     is none. Going back is returning. A loop does not even try to give back what the node after it
//     cannot start with.
//   - They work on the bytes of the text, tokens are parts of it, groups are
//     kept only where a rule asks for them, and nothing is allocated.
//
// What is allowed to differ: a pattern that has taken thousands of steps
// remembers where its nodes failed, for the rest of the text (memoised
// backtracking, as in Norvig's and Ford's parsers and in Perl's super-linear
// cache; machine.go). What would take exponential time in regexp2, and be cut
// off there after 250 ms as if it had not matched, is matched. Where Chroma's rules go round in circles, or
// contradict each other, Chroma hangs or panics and here is an error.
//
// What cannot be run here is left to Chroma:
//
//   - the lexers for Raku and Haxe, which change their own rules while they run;
//   - lexers that Chroma makes of other ones and keeps in fields that it does
//     not export (TestLeftToChroma has the list: PHP in HTML, Svelte, Lisps).
//     They take about a millisecond a fence.
//
// No text takes long: a Budget bounds the steps of the lexers that are run
// here, and the length of the texts that are left to Chroma (budget.go).
package tokens
