module handbook

go 1.26

// Sample programs of the labs are not part of the tool.
ignore (
	./content/guides
	./content/labs
)

require github.com/yuin/goldmark v1.8.7
