/// What `body` makes of each item, in their order, `width` of them at a time.
///
/// - Throws: what the first one that fails throws, once those that were begun, which are cancelled,
///   have ended.
package func sideBySide<Item: Sendable, Result: Sendable>(
    _ items: [Item], width: Int, _ body: @escaping @Sendable (Item) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var waiting = items.enumerated().makeIterator()
        var results = [Result?](repeating: nil, count: items.count)
        func startNext() {
            guard let (index, item) = waiting.next() else { return }
            group.addTask { (index, try await body(item)) }
        }
        for _ in 0..<max(1, width) { startNext() }
        while let (index, result) = try await group.next() {
            results[index] = result
            startNext()
        }
        return results.compactMap { $0 }
    }
}
