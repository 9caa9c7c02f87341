import Bisection
import TemperTesting
import Testing

@Suite struct `Item sets` {
    @Test func `equal sets are equal however they came about`() {
        var one: ItemSet = [3, 70, 599]
        one.remove(599)
        one.remove(70)
        #expect(one == [3])
        #expect(Set([one, [3]]).count == 1)
        #expect(ItemSet([]) == .empty)
    }

    @Test(arguments: 0..<200) func `the algebra is that of sets`(seed: Int) {
        var dice = SplitMix64(case: seed)
        let one = Set((0..<200).filter { _ in dice.happens(0.3) })
        let other = Set(
            (0..<Int.random(in: 1...200, using: &dice)).filter { _ in dice.happens(0.5) })
        let (mine, yours) = (ItemSet(one), ItemSet(other))
        #expect(mine.union(yours) == ItemSet(one.union(other)))
        #expect(mine.intersection(yours) == ItemSet(one.intersection(other)))
        #expect(mine.subtracting(yours) == ItemSet(one.subtracting(other)))
        #expect(mine.isSubset(of: yours) == one.isSubset(of: other))
        #expect(mine.isDisjoint(with: yours) == one.isDisjoint(with: other))
        #expect(Array(mine) == one.sorted())
        #expect(mine.count == one.count)
        #expect(mine.first == one.min())
    }

    @Test(arguments: [0, 1, 63, 64, 65, 600]) func `all below a number`(count: Int) {
        #expect(Array(ItemSet(below: count)) == Array(0..<count))
    }
}

@Suite struct `Search space` {
    @Test func `what is required is closed, both ways`() throws {
        let space = try SearchSpace(items: [
            Item(requires: [1]), Item(requires: [2]), Item(), Item(requires: [2]),
        ])
        #expect(space.below[0] == [0, 1, 2])
        #expect(space.above[2] == [0, 1, 2, 3])
        #expect(space.isConfiguration([1, 2]))
        #expect(!space.isConfiguration([1]))
        #expect(space.tops(of: [0, 1, 2, 3]) == [0, 3])
    }

    @Test func `a circle is no order`() {
        #expect(throws: SearchSpace.Flaw.circular(item: 0)) {
            try SearchSpace(items: [Item(requires: [1]), Item(requires: [0])])
        }
    }

    @Test func `what is not there cannot be required`() {
        #expect(throws: SearchSpace.Flaw.unknownItem(item: 0, required: 7)) {
            try SearchSpace(items: [Item(requires: [7])])
        }
        #expect(throws: SearchSpace.Flaw.unknownFamily(item: 0, family: 1)) {
            try SearchSpace(
                items: [Item(chance: .family(1, hot: 0.5, cold: 0))], families: [0.5])
        }
        #expect(throws: SearchSpace.Flaw.negativeWeight(item: 0)) {
            try SearchSpace(items: [Item(weight: -1)])
        }
    }

    @Test func `weight comes first, then number, then the lowest item`() throws {
        let space = try SearchSpace(items: [3, 1, 2, 2, 1].map { Item(weight: $0) })
        #expect(space.outranks([0, 2], [0, 1]))
        #expect(space.outranks([1, 2], [0]))
        #expect(space.outranks([1, 2], [2, 4]))
        #expect(!space.outranks([1, 2], [1, 2]))
    }
}
