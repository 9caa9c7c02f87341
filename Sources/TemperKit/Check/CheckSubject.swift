import Foundation
public import Lab
public import Reports
import TrialLedger
public import Trials

/// A record that is to be held against what there is now.
public struct CheckSubject: Sendable {
    public internal(set) var record: HardeningRecord
    /// The tree to make the lab of.
    let root: String
    let manager: ManagerChoice
    /// The file that the record was read from; nil for one of the ledger.
    var file: String?
    /// Whether the tree is the one that the ledger's record is of, so that what passes renews it.
    var isAtHome = false
    /// Directories of the machine that the lab shares.
    var binds: [String] = []
    /// What the lab is connected with.
    var network = LabNetwork.standard
    /// Why its lab has to contain what is done there; nil where it need not.
    var distrust: Distrust?
}

/// Which records are to be checked.
public struct CheckSelection: Sendable {
    /// Names of units; empty for all that there are.
    public var units: [String] = []
    /// Files that `harden` wrote records to, and directories of such files (`*.temper`); empty for
    /// what the ledger has.
    public var files: [String] = []
    /// The tree to make labs of; nil for where the record was made.
    public var root: String?
    /// Directories of the machine that labs share.
    public var binds: [String] = []
    /// What labs are connected with; nil for what the record was made with, as far as the ledger
    /// knows. A record from elsewhere never says it: it could ask for the machine's network.
    public var network: LabNetwork?
    /// Whose units; those of the ledger say it themselves.
    public var manager = ManagerChoice.system
    /// Whether what passes is to be installed on this machine, so that it is checked on it.
    public var isToInstall = false
    /// Whether none of the records is trusted, whoever wrote it.
    public var isUntrusted = false
    public var stateDirectory: String

    public init(stateDirectory: String) { self.stateDirectory = stateDirectory }

    /// What there is to check, and what cannot be.
    public struct Found: Sendable {
        public var subjects: [CheckSubject] = []
        /// Records that nobody can read, each as the check that it does not get.
        public var skipped: [UnitCheck] = []
        fileprivate var first: TemperError?

        /// - Parameter name: of the unit, or else of the file.
        fileprivate mutating func skip(_ name: String, _ error: TemperError) {
            skipped.append(
                UnitCheck(unit: name, standing: .untested, because: error.description))
            first = first ?? error
        }
    }

    /// A record that cannot be read keeps no other from being checked.
    ///
    /// - Throws: `TemperError.usage` where one of the units has no record, or there is none at all;
    ///   where none can be read, why the first cannot.
    public func subjects() throws(TemperError) -> Found {
        let found = files.isEmpty ? try kept() : try filed()
        if found.subjects.isEmpty, let error = found.first { throw error }
        let missing = units.first { name in
            !found.subjects.contains { $0.record.unit == name }
                && !found.skipped.contains { $0.unit == name }
        }
        // One of those that cannot be read may be the unit's.
        if let missing, files.isEmpty || found.skipped.isEmpty {
            throw .usage(
                "there is no record of \(missing)"
                    + (files.isEmpty ? " in \(stateDirectory)" : " among the files of --record")
                    + "; `temper harden \(missing.shellQuoted)` makes one")
        }
        if found.subjects.isEmpty {
            throw .usage(
                "there is nothing on record in \(stateDirectory); `temper harden UNIT` makes a "
                    + "record")
        }
        return found
    }

    private func filed() throws(TemperError) -> Found {
        var found = Found()
        for file in try RecordFile.all(files) {
            let record: HardeningRecord
            let distrust: Distrust?
            do { (record, distrust) = try RecordFile.read(file, isUntrusted: isUntrusted) } catch {
                found.skip(file, error)
                continue
            }
            if !units.isEmpty && !units.contains(record.unit) { continue }
            found.subjects.append(
                CheckSubject(
                    record: record, root: root ?? "/", manager: manager, file: file, binds: binds,
                    network: network ?? .standard,
                    distrust: distrust ?? self.distrust(of: record, "the record \(file)")))
        }
        return found
    }

    /// One record a unit: the latest, unless a tree is named that another one was made of.
    private func kept() throws(TemperError) -> Found {
        // Reading makes no record.
        guard FileManager.default.fileExists(atPath: stateDirectory + "/trials.sqlite") else {
            return Found()
        }
        let all: [KeptRecord]
        try StateDirectory.prepare(stateDirectory)
        do { all = try TrialStore(directory: stateDirectory).records() } catch {
            throw TemperError(error)
        }
        let wanted = all.filter { units.isEmpty || units.contains($0.unit) }
        let byUnit = Dictionary(grouping: wanted) { "\($0.unit) \($0.account)" }
        var found = Found()
        for (_, records) in byUnit.sorted(by: { $0.key < $1.key }) {
            guard let kept = chosen(among: records) else { continue }
            do { found.subjects.append(try subject(kept)) } catch { found.skip(kept.unit, error) }
        }
        return found
    }

    /// What is installed on this machine is checked on this machine.
    private var tree: String? { root ?? (isToInstall ? "/" : nil) }

    private func chosen(among records: [KeptRecord]) -> KeptRecord? {
        let here = records.filter { $0.root == tree }
        if isToInstall && here.isEmpty && units.isEmpty { return nil }
        guard let kept = (here.isEmpty ? records : here).max(by: { $0.made < $1.made }) else {
            return nil
        }
        let isOfUser = manager != .system
        let isOther = isOfUser != !kept.account.isEmpty && (isOfUser || !units.isEmpty)
        return isOther ? nil : kept
    }

    private func subject(_ kept: KeptRecord) throws(TemperError) -> CheckSubject {
        let record: HardeningRecord
        do { record = try HardeningRecord(reading: kept.text, file: "ledger") } catch {
            throw .experiment("the record of \(kept.unit): \(error)")
        }
        return CheckSubject(
            record: record, root: tree ?? kept.root,
            manager: kept.account.isEmpty ? .system : .user(kept.account),
            isAtHome: tree == nil || tree == kept.root, binds: binds,
            network: try connection(kept),
            distrust: distrust(of: record, "the record of \(record.unit)"))
    }

    /// Of a record that only those could have written who are trusted.
    private func distrust(of record: HardeningRecord, _ name: String) -> Distrust? {
        record.isUntrusted
            ? Distrust(of: name, because: "it was made with what was not trusted")
            : .asSaid(isUntrusted, of: name)
    }

    private func connection(_ kept: KeptRecord) throws(TemperError) -> LabNetwork {
        if let network { return network }
        guard let campaign = kept.campaign else { return .standard }
        do throws(ExperimentError) {
            let store = try TrialStore(directory: stateDirectory)
            let asked = try store.record(ofCampaign: campaign).provenance?.network
            return asked.flatMap(LabNetwork.init) ?? .standard
        } catch {
            throw TemperError(error)
        }
    }
}
