/// C strings and arrays that stay where they are while C code reads them, also after a fork.
final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var blocks: [UnsafeMutableRawPointer] = []
    private var arrays: [UnsafeMutablePointer<UnsafePointer<CChar>?>] = []

    deinit {
        for string in strings { string.deallocate() }
        for block in blocks { block.deallocate() }
        for array in arrays { array.deallocate() }
    }

    func string(_ text: String) -> UnsafePointer<CChar> {
        let characters = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
        for (index, character) in characters.enumerated() {
            (copy + index).initialize(to: character)
        }
        strings.append(copy)
        return UnsafePointer(copy)
    }

    /// Aligned for any number of eight bytes.
    func bytes(_ bytes: [UInt8]) -> UnsafeRawPointer {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 8)
        copy.copyMemory(from: bytes, byteCount: bytes.count)
        blocks.append(copy)
        return UnsafeRawPointer(copy)
    }

    /// Ends with a null pointer, as `execve(2)` wants it.
    func array(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
        let array = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() {
            (array + index).initialize(to: string(text))
        }
        (array + texts.count).initialize(to: nil)
        arrays.append(array)
        return UnsafePointer(array)
    }

    func environment(_ variables: [String: String]) -> UnsafePointer<UnsafePointer<CChar>?> {
        array(variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    }
}
