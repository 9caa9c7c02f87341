// A BPF program being written down: instructions, and jumps to one common end.
#pragma once

#include <linux/bpf.h>
#include <stdint.h>

struct program {
    struct bpf_insn code[1024];
    int length;
    int exits[64];  // jumps to the end
    int exit_count;
};

static inline void put(
    struct program *p, uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t value) {
    p->code[p->length++] = (struct bpf_insn){
        .code = code, .dst_reg = to, .src_reg = from, .off = offset, .imm = value};
}

static inline void move(struct program *p, int to, int from) {
    put(p, BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0);
}

static inline void set(struct program *p, int to, int32_t value) {
    put(p, BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value);
}

static inline void set_wide(struct program *p, int to, int source, uint64_t value) {
    put(p, BPF_LD | BPF_DW | BPF_IMM, to, source, 0, (int32_t)value);
    put(p, 0, 0, 0, 0, (int32_t)(value >> 32));
}

static inline void add(struct program *p, int to, int32_t value) {
    put(p, BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value);
}

static inline void load(struct program *p, int size, int to, int from, int offset) {
    put(p, BPF_LDX | BPF_MEM | size, to, from, offset, 0);
}

static inline void store(struct program *p, int size, int to, int offset, int from) {
    put(p, BPF_STX | BPF_MEM | size, to, from, offset, 0);
}

static inline void store_value(struct program *p, int size, int to, int offset, int32_t value) {
    put(p, BPF_ST | BPF_MEM | size, to, 0, offset, value);
}

static inline void call(struct program *p, int function) {
    put(p, BPF_JMP | BPF_CALL, 0, 0, 0, function);
}

// A jump whose goal is set later by `land`.
static inline int jump(struct program *p, int condition, int reg, int32_t value) {
    put(p, BPF_JMP | condition | BPF_K, reg, 0, 0, value);
    return p->length - 1;
}

static inline int jump_equal(struct program *p, int one, int other) {
    put(p, BPF_JMP | BPF_JEQ | BPF_X, one, other, 0, 0);
    return p->length - 1;
}

static inline void land(struct program *p, int from) {
    p->code[from].off = (int16_t)(p->length - from - 1);
}

// A jump to the end.
static inline void leave(struct program *p, int condition, int reg, int32_t value) {
    p->exits[p->exit_count++] = jump(p, condition, reg, value);
}

static inline void finish(struct program *p) {
    for (int i = 0; i < p->exit_count; i++) land(p, p->exits[i]);
    set(p, BPF_REG_0, 0);
    put(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}
