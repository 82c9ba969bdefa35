/* The module that needs LIEF, as bytes. */
        .section .rodata
        .globl elfwheel_lief_module_begin
        .globl elfwheel_lief_module_end
        .balign 16
elfwheel_lief_module_begin:
        .incbin LIEF_MODULE
elfwheel_lief_module_end:
        .section .note.GNU-stack, "", %progbits
