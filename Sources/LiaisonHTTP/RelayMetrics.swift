// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonRelay
import LiaisonNotes
import Synchronization

/// What the operator's alarms look at, in Prometheus's text format. Nothing of it names a case, a unit or an agent.
public final class RelayMetrics: Sendable {
    private struct State {
        var witnesses: [String: Bool] = [:]
        var authority: Bool?
        var storeFailures = 0
        var leads = false
    }

    private let state = Mutex(State())
    let shares: Shares

    /// - Parameter limits: of the listener whose waits it counts.
    public init(_ limits: ServerLimits = .init()) { shares = Shares(limits) }

    public func note(_ report: Anchoring.Report) {
        state.withLock { state in
            switch report {
            case .witness(let name, let isUp): state.witnesses[name] = isUp
            case .authority(let isUp): state.authority = isUp
            }
        }
    }

    public func noteStoreFailure() { state.withLock { $0.storeFailures += 1 } }

    /// Whether this node is the one that lets time pass; what it heard of witnesses is only of use while it is.
    public func note(leads: Bool) {
        state.withLock { state in
            state.leads = leads
            if !leads { (state.witnesses, state.authority) = ([:], nil) }
        }
    }

    /// - Parameter quotaRefusals: who was told to wait by the relay's quotas, beside those whom the listener told.
    func text(
        entries: Int, scrubPendingSince: Instant?, isStopped: Bool, quotaRefusals: [String: Int] = [:]
    ) -> String {
        let state = state.withLock { $0 }
        var lines = [
            "# HELP liaison_log_entries Entries of the log.", "# TYPE liaison_log_entries gauge",
            "liaison_log_entries \(entries)",
            "# HELP liaison_store_failures_total Commits that failed.", "# TYPE liaison_store_failures_total counter",
            "liaison_store_failures_total \(state.storeFailures)",
            "# HELP liaison_scrub_pending Since when something erased may still be in a file of the store, seconds since 1970; 0 for nothing.",
            "# TYPE liaison_scrub_pending gauge", "liaison_scrub_pending \(scrubPendingSince ?? 0)",
            "# HELP liaison_log_stopped 1 once nothing is signed any more: the log was shown another history, or went on elsewhere.",
            "# TYPE liaison_log_stopped gauge", "liaison_log_stopped \(isStopped ? 1 : 0)",
            "# HELP liaison_leads 1 on the node that lets time pass, cleans, and asks witnesses.",
            "# TYPE liaison_leads gauge", "liaison_leads \(state.leads ? 1 : 0)"
        ]
        func add(_ name: String, _ type: String, _ help: String, by label: String, _ values: [String: Int]) {
            guard !values.isEmpty else { return }
            lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
            lines += values.sorted { $0.key < $1.key }.map { "\(name){\(label)=\"\($0.key)\"} \($0.value)" }
        }
        add(
            "liaison_waits_total", "counter", "Requests that were told to wait, by whose share was used up.",
            by: "share", shares.refusals.merging(quotaRefusals, uniquingKeysWith: +))
        add(
            "liaison_closings_total", "counter",
            "Connections that had to go, by whose places were full, and keys and networks that were shut out.",
            by: "share", shares.closings)
        add(
            "liaison_witness_up", "gauge", "0 while a witness does not cosign.", by: "witness",
            state.witnesses.mapValues { $0 ? 1 : 0 })
        if let authority = state.authority {
            lines += [
                "# HELP liaison_time_stamp_authority_up 0 while the time-stamp authority gives no valid token.",
                "# TYPE liaison_time_stamp_authority_up gauge", "liaison_time_stamp_authority_up \(authority ? 1 : 0)"
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
