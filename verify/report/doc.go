// Package report makes of the runs of labs what people and other programs read.
//
// [Run.Decide] decides a lab's verdict. [New] collects the outcomes of all labs
// in a [Report], which is written as text, JSON, JUnit XML, GitHub's
// annotations or Markdown. A [Shard] is a part of the labs that one of several
// jobs runs; [Merge] joins the reports of all of them.
package report
