/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * no_jit - put before a program under valgrind: PCRE2 makes no machine code, of
 * which valgrind can't say what its vector loads read, and interprets instead.
 */
int pcre2_jit_compile_8(void *code, unsigned options);

int pcre2_jit_compile_8(void *code, unsigned options)
{
	(void)code;
	(void)options;
	return -45; /* PCRE2_ERROR_JIT_BADOPTION: the pattern works all the same */
}
