# GNU_PROPERTY_X86_ISA_1_NEEDED: bit 0 is the baseline, bits 1 to 3 are x86-64-v2 to v4, bit 7 is none.
        .section .note.gnu.property, "a", @note
        .align 8
        .long 4                         # length of the name
        .long 16                        # length of what follows it
        .long 5                         # NT_GNU_PROPERTY_TYPE_0
        .asciz "GNU"
        .long 0xc0008002, 4, 0x80, 0
        .section .note.GNU-stack, "", @progbits
