// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import LiaisonModel
import LiaisonNotes
import LiaisonTestKit
import LiaisonWire
import NIOCore

/// Ready-made requests, so that the generator has nothing to do but send them.
struct Requests {
    let site: Site
    let head: Hash
    private var number = 0

    init(site: Site, head: Hash) {
        self.site = site
        self.head = head
    }

    struct Submission {
        let id: TransmissionID
        let envelope: Hash
        let recipient: Correspondent
        let bytes: ByteBuffer
    }

    /// A form of 4 KiB, as the relay sees it: bytes that it cannot read.
    private static let contentSize = 4096

    mutating func submission(
        by sender: Correspondent, to recipient: Correspondent? = nil, urgency: Urgency = .routine
    ) throws -> Submission {
        let recipient = recipient ?? site.recipients[number % site.recipients.count]
        number += 1
        let content = RandomBytes.system(Self.contentSize)
        let id = TransmissionID.fresh()
        let routing = Routing(
            id: id, log: Fixture.origin, convention: site.convention, head: head, from: sender.unit,
            to: recipient.unit, copies: [], kind: "referral", urgency: urgency, sealedAt: .now)
        let envelope = try Envelope(
            by: sender.address, routing: routing,
            content: ContentReference(sha256: Hash.of(content), size: content.count), manifest: Hash.of("m")
        ).signed(by: sender.signer)
        let note = Array(envelope.note.serialized.utf8)
        let bytes = Self.request(
            "POST", Route.submit.path(), note + content, headers: "\(Wire.envelopeLengthHeader): \(note.count)\r\n")
        return Submission(id: id, envelope: envelope.hash, recipient: recipient, bytes: bytes)
    }

    /// One list for each sender. They are made in the order in which they will be sent, as senders make them: one for each, then
    /// the next.
    mutating func submissions(
        _ count: Int, by senders: ArraySlice<Correspondent>, to recipient: Correspondent? = nil
    ) throws -> [[Submission]] {
        var lists = senders.map { _ in [Submission]() }
        for _ in 0..<count {
            for (line, sender) in senders.enumerated() { lists[line].append(try submission(by: sender, to: recipient)) }
        }
        return lists
    }

    func act(_ kind: Act.Kind, on submission: Submission) throws -> ByteBuffer {
        let reader = submission.recipient
        let act = try Act(
            by: reader.address, log: Fixture.origin, convention: site.convention, head: head,
            transmission: submission.id, envelope: submission.envelope, unit: reader.unit, act: kind, at: .now
        ).signed(by: reader.signer)
        let path =
            kind == .opened
            ? Route.openContent.path([submission.id.description], query: ["offset": "0"]) : Route.act.path()
        return Self.request("POST", path, Array(act.note.serialized.utf8))
    }

    static func get(_ path: String) -> ByteBuffer { request("GET", path, []) }

    static func request(_ method: String, _ path: String, _ body: [UInt8], headers: String = "") -> ByteBuffer {
        var buffer = ByteBuffer(
            string: "\(method) \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\n\(headers)content-length: \(body.count)\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
