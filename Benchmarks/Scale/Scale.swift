// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonRelay
import LiaisonSealing
import LiaisonTestKit
import LiaisonVault
import LiaisonWire
import Synchronization

/// A directory of 500 institutions, 5,000 units and 20,000 agents beside one of four institutions: what a refresh moves
/// after one roster changed, and what a `send` costs of its own; then an attachment of 1 GiB, sealed and opened, beside the bare
/// cipher. All in one run.
///
///     swift run -c release scale [--institutions N] [--mebibytes N] [--only directory|content]
@main
struct Scale {
    static func main() async throws {
        var (institutions, mebibytes, only) = (500, 1024, String?.none)
        var arguments = CommandLine.arguments.dropFirst()
        while let option = arguments.popFirst(), let value = arguments.popFirst() {
            switch option {
            case "--institutions": institutions = Int(value) ?? institutions
            case "--mebibytes": mebibytes = Int(value) ?? mebibytes
            case "--only": only = value
            default: print("unknown option \(option)")
            }
        }
        if only != "content" { try await directory(institutions) }
        if only != "directory" { try await content(mebibytes) }
    }

    static func directory(_ institutions: Int) async throws {
        let small = try await measure(institutions: 4)
        let large = try await measure(institutions: institutions)
        print("institutions        4    \(institutions)")
        print("first refresh    \(small.first) \(large.first) bytes, \(text(small.firstCost)) \(text(large.firstCost))")
        print(
            "after a change   \(small.change) \(large.change) bytes, \(text(small.changeCost)) \(text(large.changeCost))"
        )
        print("unlocking alone  \(text(small.unlock)) \(text(large.unlock)) (median of 9)")
        print("send, own time   \(text(small.send)) \(text(large.send)) (median of 9, unlocking included)")
        print("ratio            \(rounded(large.send.seconds / small.send.seconds))")
    }

    static func content(_ mebibytes: Int) async throws {
        let costs = try await Content(mebibytes: mebibytes).measure(rounds: 5)
        for (name, ours, bare) in [
            ("sealed", costs.seal, costs.bareSeal), ("opened and saved", costs.open, costs.bareOpen)
        ] {
            let ratios = zip(ours, bare).map { $1.seconds / $0.seconds }.sorted()
            print(
                "\(mebibytes) MiB \(name): \(text(median(ours))), bare cipher \(text(median(bare))); "
                    + "ratio \(rounded(ratios[ratios.count / 2])) (\(rounded(ratios[0])) to \(rounded(ratios[ratios.count - 1])))"
            )
        }
    }

    /// By the clock; processor time beside it.
    static func median(_ costs: [Content.Cost]) -> Content.Cost {
        costs.sorted { $0.seconds < $1.seconds }[costs.count / 2]
    }

    static func text(_ cost: Content.Cost) -> String {
        "\(rounded(cost.seconds * 1000)) ms (processor \(rounded(cost.processor * 1000)) ms)"
    }

    static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    struct Figures {
        var first = 0
        var firstCost = Content.Cost()
        var change = 0
        var changeCost = Content.Cost()
        var unlock = Content.Cost()
        var send = Content.Cost()
    }

    static func measure(institutions: Int) async throws -> Figures {
        let from = "poste@i001"
        let world = try await World(units: [from], setting: setting(institutions))
        for number in 1...institutions { try await populate(world, "i" + padded(number)) }
        let bytes = Bytes()
        world.wrap = { honest in
            var connection = LyingConnection(honest)
            connection.moved = { bytes.add($0) }
            return connection
        }
        var figures = Figures()

        do {
            let session = try world.session(from, fresh: true)
            _ = bytes.take()
            figures.firstCost = try await Content.cost { try await session.refresh() }
            figures.first = bytes.take()
            try await world.publish("i002")
            figures.changeCost = try await Content.cost { try await session.refresh() }
            figures.change = bytes.take()
        }

        let target = "centre-05@i" + padded(institutions)
        var (sends, unlocks): ([Content.Cost], [Content.Cost]) = ([], [])
        for _ in 0..<9 {
            unlocks.append(try await Content.cost { _ = try world.reopened(from) })
            sends.append(
                try await Content.cost {
                    // As one command does it: unlock, load, refresh, judge, seal, deposit.
                    let session = try world.reopened(from)
                    try await session.refresh()
                    var request = SendRequest(kind: "referral", to: try Fixture.unit(target))
                    request.form = World.referral
                    let plan = try await session.plan(request, catalogue: world.catalogue)
                    _ = try await session.outbox.deposit(try await session.seal(plan))
                })
        }
        (figures.send, figures.unlock) = (median(sends), median(unlocks))
        return figures
    }

    static func padded(_ number: Int) -> String { String(String(1000 + number).dropFirst()) }

    /// Institutions of ten units each; everybody may refer to everybody.
    static func setting(_ institutions: Int) throws -> Setting {
        var setting = try Setting.test()
        let names = (1...institutions).map { "i" + padded($0) }
        setting.convention.parties = try names.map { name in
            Party(
                institution: try Fixture.institution(name), kind: "department", name: "Institution \(name) (fictive)",
                secrecy: true,
                keys: [
                    PartyKey(
                        key: try Fixture.key(name).publicKey, notBefore: setting.convention.notBefore,
                        notAfter: Fixture.start + 86_400 * 1000)
                ], recovery: try Fixture.key("\(name) recovery").publicKey, log: Fixture.origin)
        }
        setting.units = try names.flatMap { name in
            try (["poste"] + (1...9).map { "centre-0\($0)" }).map { unit in
                LiaisonModel.Unit(
                    address: try Fixture.unit("\(unit)@\(name)"), kind: "test", name: "Unité \(unit) (fictive)",
                    town: "Ville-Fictive", phone: "04 65 71 00 00",
                    roles: unit == "poste" ? ["investigator"] : ["iscg"], opening: [])
            }
        }
        return setting
    }

    /// Forty agents for an institution, each with an encryption key.
    static func populate(_ world: World, _ institution: String) async throws {
        let units = world.setting.units.map(\.address).filter { $0.institution.description == institution }
        let agents = try (0..<40).map { number in
            let name = try Fixture.agent("x-\(number)@\(institution)")
            return try Fixture.agent(
                name, in: units[number % 10], key: Fixture.key(name.description), tls: [Hash.of("tls \(name)")])
        }
        try await world.publish(institution) { $0 += agents }
        for agent in agents {
            let key = EncryptionKey(
                key: Base64.encode(try AgeIdentity.generate().recipient.bytes), notBefore: Fixture.start - 60,
                notAfter: Fixture.start + 29 * 86_400)
            let keys = try AgentKeys(by: agent.address, version: 1, previous: nil, issuedAt: Fixture.start, keys: [key])
                .signed(by: Fixture.signer(agent.address.description))
            _ = try await world.relay.publish(Unverified(keys.note), by: agent.address)
        }
    }
}

/// How many bytes of JSON came over a connection.
final class Bytes: Sendable {
    private let count = Mutex(0)

    func add(_ bytes: Int) { count.withLock { $0 += bytes } }

    func take() -> Int {
        count.withLock { count in
            defer { count = 0 }
            return count
        }
    }
}
