# answer(), with an address in its code that the loader has to write there.
        .globl answer
        .type answer, @function
answer: movabs $elsewhere, %rax
        mov $42, %eax
        ret
        .globl elsewhere
elsewhere:
        ret
        .section .note.GNU-stack, "", @progbits
