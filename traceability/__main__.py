"""`python -m traceability [duties|regulations]`: write the documents that are generated."""

import sys

from traceability import documents, duties

WRITERS = {
	"duties": (documents.DUTIES_PATH, documents.duties_text),
	"regulations": (documents.REGULATIONS_PATH, documents.regulations_text),
}


def main(names: list[str]) -> int:
	if faults := duties.faults():
		sys.stderr.write("\n".join(faults) + "\n")
		return 1
	for name in names or WRITERS:
		path, text = WRITERS[name]
		path.write_text(text(), encoding="utf-8")
	return 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
