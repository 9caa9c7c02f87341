/// A program that makes one system call and exits with 0 if it was allowed, else with the error
/// number: what no program of a machine can be counted on to do, in about 250 bytes.
struct CallProgram {
    /// The call's number.
    let number: UInt64
    /// Up to six.
    let arguments: [Argument]

    enum Argument {
        case number(UInt64)
        /// A pointer to these characters and a zero.
        case text(String)
    }

    /// Maps a page that is writable and executable: mmap(0, 4096, 7, MAP_PRIVATE|MAP_ANONYMOUS).
    static let writableCode = CallProgram(
        number: Number.mmap,
        arguments: [0, 4096, 7, 0x22, UInt64.max, 0].map(Argument.number))

    /// Asks to end swapping on nothing: swapoff(NULL), which fails with EFAULT where it is allowed.
    static let swapoff = CallProgram(number: Number.swapoff, arguments: [.number(0)])

    /// Looks for a key in the session's keyring: keyctl(KEYCTL_SEARCH, -3, "user", name, 0).
    static func searchingKey(_ name: String) -> CallProgram {
        CallProgram(
            number: Number.keyctl,
            arguments: [
                .number(10), .number(UInt64(bitPattern: -3)), .text("user"), .text(name),
                .number(0),
            ])
    }

    /// The program as an ELF file for this processor; nil where its code is not known.
    var file: [UInt8]? {
        guard let machine = CallProgram.machine else { return nil }
        let base: UInt64 = 0x40_0000
        let start = 64 + 56
        var words = [number]
        var texts: [UInt8] = []
        for argument in arguments {
            switch argument {
            case .number(let number): words.append(number)
            case .text(let text):
                let place = start + CallProgram.code.count + 7 * 8 + texts.count
                words.append(base + UInt64(place))
                texts += Array(text.utf8) + [0]
            }
        }
        words += Array(repeating: 0, count: 7 - words.count)
        let code = CallProgram.code + words.flatMap { CallProgram.bytes($0, 8) } + texts
        let length = UInt64(start + code.count)
        // elf(5): a header, and one segment that is loaded as it stands, readable and executable.
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + Array(repeating: 0, count: 8)
        file += CallProgram.bytes(2, 2) + CallProgram.bytes(machine, 2) + CallProgram.bytes(1, 4)
        file += CallProgram.bytes(base + UInt64(start), 8) + CallProgram.bytes(64, 8)
        file += CallProgram.bytes(0, 8) + CallProgram.bytes(0, 4)
        for half: UInt64 in [64, 56, 1, 0, 0, 0] { file += CallProgram.bytes(half, 2) }
        file += CallProgram.bytes(1, 4) + CallProgram.bytes(5, 4)
        for word in [0, base, base, length, length, 0x1_0000] { file += CallProgram.bytes(word, 8) }
        return file + code
    }

    private static func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }

    // The code loads a register for the number and one for each argument from the words behind it,
    // makes the call, turns a negative result into an exit status and exits.
    #if arch(x86_64)
        private static let machine: UInt64? = 62
        private enum Number {
            static let (mmap, swapoff, keyctl): (UInt64, UInt64, UInt64) = (9, 168, 250)
        }
        private static let code: [UInt8] = [
            0x48, 0x8d, 0x1d, 0x31, 0x00, 0x00, 0x00,  // lea data(%rip), %rbx
            0x48, 0x8b, 0x03, 0x48, 0x8b, 0x7b, 0x08,  // mov (%rbx), %rax; 8(%rbx), %rdi
            0x48, 0x8b, 0x73, 0x10, 0x48, 0x8b, 0x53, 0x18,  // %rsi, %rdx
            0x4c, 0x8b, 0x53, 0x20, 0x4c, 0x8b, 0x43, 0x28,  // %r10, %r8
            0x4c, 0x8b, 0x4b, 0x30, 0x0f, 0x05,  // %r9; syscall
            0x31, 0xff, 0x48, 0x85, 0xc0, 0x79, 0x05,  // xor %edi, %edi; test %rax, %rax; jns 1f
            0x48, 0xf7, 0xd8, 0x89, 0xc7,  // neg %rax; mov %eax, %edi
            0xb8, 0x3c, 0x00, 0x00, 0x00, 0x0f, 0x05, 0x90,  // 1: mov $60, %eax; syscall
        ]
    #elseif arch(arm64)
        private static let machine: UInt64? = 183
        private enum Number {
            static let (mmap, swapoff, keyctl): (UInt64, UInt64, UInt64) = (222, 225, 219)
        }
        private static let code: [UInt8] = [
            0x89, 0x01, 0x00, 0x10, 0x28, 0x01, 0x40, 0xf9,  // adr x9, data; ldr x8, [x9]
            0x20, 0x85, 0x40, 0xa9, 0x22, 0x8d, 0x41, 0xa9,  // ldp x0, x1; ldp x2, x3
            0x24, 0x95, 0x42, 0xa9, 0x01, 0x00, 0x00, 0xd4,  // ldp x4, x5; svc #0
            0x1f, 0x00, 0x00, 0xf1, 0x00, 0xa4, 0x80, 0xda,  // cmp x0, #0; cneg x0, x0, lt
            0x00, 0xb0, 0x9f, 0x9a, 0xa8, 0x0b, 0x80, 0xd2,  // csel x0, x0, xzr, lt; mov x8, #93
            0x01, 0x00, 0x00, 0xd4, 0x1f, 0x20, 0x03, 0xd5,  // svc #0; nop
        ]
    #else
        private static let machine: UInt64? = nil
        private enum Number {
            static let (mmap, swapoff, keyctl): (UInt64, UInt64, UInt64) = (0, 0, 0)
        }
        private static let code: [UInt8] = []
    #endif
}
