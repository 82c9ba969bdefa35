/* Notes of two owners beside the build id and the property note. */
extern int base_number(void);

__asm__(
    ".pushsection .note.fixture, \"a\", %note\n"
    ".balign 4\n.long 8, 6, 1\n.asciz \"Fixture\"\n.ascii \"abcdef\"\n.balign 4\n"
    ".long 8, 0, 2\n.asciz \"Fixture\"\n"
    ".popsection\n");

int answer(void) { return 2 * base_number(); }
