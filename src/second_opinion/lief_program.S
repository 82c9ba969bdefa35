/* The program that needs LIEF, as bytes. */
        .section .rodata
        .globl elfwheel_lief_program_begin
        .globl elfwheel_lief_program_end
        .balign 16
elfwheel_lief_program_begin:
        .incbin LIEF_PROGRAM
elfwheel_lief_program_end:
        .section .note.GNU-stack, "", %progbits
