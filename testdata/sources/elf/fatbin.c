/* A large read-only section like the device code that nvcc embeds. */
extern int base_number(void);

__asm__(
    ".pushsection .nv_fatbin, \"a\", %progbits\n"
    ".balign 8\n.globl fixture_fatbin\n.hidden fixture_fatbin\nfixture_fatbin:\n"
    ".fill 262144, 8, 0x00010050ba55ed50\n"
    ".popsection\n");

extern const char fixture_fatbin[];
int answer(void) { return 2 * base_number() + (fixture_fatbin[0] == 'P' ? 0 : 1); }
