// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
public import LiaisonForms
import LiaisonModel
import LiaisonSealing
import LiaisonVault
import LiaisonWire

/// Words that somebody looks for: all of them, in any order, whatever their case and accents. Digits are looked for as a
/// whole, however they are grouped, so that `06 39 98 00 01` finds `0639980001`; `20/11/2026` finds `2026-11-20`.
public struct SearchWords: Sendable {
    private let words: [String]
    /// Whether the text is one number, of a telephone or of a day.
    private let isNumber: Bool

    /// Marks between the digits of a number; compared without them.
    private static let grouping: Set<Character> = [" ", "\u{A0}", "\u{202F}", ".", "-", "/", "(", ")"]

    /// Nil where there is nothing to look for.
    public init?(_ text: String) {
        let folded = Self.folded(text)
        let digits = folded.filter { !Self.grouping.contains($0) }
        isNumber = digits.count >= 4 && digits.allSatisfy { ("0"..."9").contains($0) }
        words = isNumber ? [Self.day(folded) ?? digits] : folded.split(whereSeparator: \.isWhitespace).map(String.init)
        if words.isEmpty { return nil }
    }

    /// Whether every word stands in one of these texts.
    public func isFound(in texts: [String]) -> Bool { places(in: texts.map { (.envelope, $0) }) != nil }

    /// Where words were found; nil unless every word was found somewhere.
    func places(in values: [(place: SearchHit.Place, text: String)]) -> [SearchHit.Place]? {
        let texts = values.map { value in
            let folded = Self.folded(value.text)
            return (place: value.place, text: isNumber ? folded.filter { !Self.grouping.contains($0) } : folded)
        }
        guard words.allSatisfy({ word in texts.contains { $0.text.contains(word) } }) else { return nil }
        var places: [SearchHit.Place] = []
        for text in texts where words.contains(where: text.text.contains) && !places.contains(text.place) {
            places.append(text.place)
        }
        return places
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).lowercased()
    }

    /// `20/11/2026` as the digits of `2026-11-20`.
    private static func day(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 2, 4] else { return nil }
        return parts.reversed().joined()
    }
}

/// A delivery in which a search found what it looked for.
public struct SearchHit: Sendable {
    public enum Place: Hashable, Sendable {
        /// The reference, the kind, the day of the deposit, or a unit at either end.
        case envelope
        /// A field of the form.
        case field(String)
        /// The name of an attachment.
        case attachment
    }

    public let delivery: VerifiedDelivery
    public let isReceived: Bool
    public let places: [Place]
}

/// What a search found.
public struct SearchResult: Sendable {
    /// The latest deposit first.
    public var hits: [SearchHit] = []
    /// How many deliveries could be searched by their envelopes only: their contents were not read on this device, or are
    /// not here any more.
    public var unread = 0
    public var refused: [ClientFailure] = []
}

extension Session {
    // MARK: Searching

    /// Looks through the deliveries of the agent's units, received and sent: their envelopes, and the contents that were read
    /// or written on this device. The relay learns nothing of it. This is how a request for access is answered, too (article
    /// 15 of the GDPR).
    public func search(_ words: SearchWords, catalogue: FormCatalogue) async throws -> SearchResult {
        let (received, sent) = (try await inbox(.all, isShown: false), try await self.sent(.all))
        try await know(
            Set((received.deliveries + sent.deliveries).flatMap { [$0.routing.from.institution, $0.unit.institution] }))
        var result = SearchResult()
        result.refused = received.refused
        for (deliveries, isReceived) in [(received.deliveries, true), (sent.deliveries, false)] {
            for delivery in deliveries {
                let opened = try openedHere(delivery, catalogue)
                if opened == nil { result.unread += 1 }
                if let hit = places(of: words, in: delivery, opened, catalogue) {
                    result.hits.append(SearchHit(delivery: delivery, isReceived: isReceived, places: hit))
                }
            }
        }
        result.hits.sort { $0.delivery.event.index > $1.delivery.event.index }
        return result
    }

    private func places(
        of words: SearchWords, in delivery: VerifiedDelivery, _ opened: OpenedTransmission?, _ catalogue: FormCatalogue
    ) -> [SearchHit.Place]? {
        let routing = delivery.routing
        var values: [(place: SearchHit.Place, text: String)] = [
            (.envelope, routing.id.description), (.envelope, routing.kind),
            (.envelope, LocalTime(timeZone).text(delivery.event.event.at, .en))
        ]
        if let title = catalogue[routing.kind]?.title { values += [(.envelope, title.fr), (.envelope, title.en)] }
        for unit in [routing.from, delivery.unit] {
            values.append((.envelope, unit.description))
            if let known = directory.unit(unit) { values += [(.envelope, known.name), (.envelope, known.town)] }
        }
        for (name, value) in opened?.form ?? [] {
            switch value {
            case .text(let text): values.append((.field(name), text))
            case .list(let texts): values += texts.map { (.field(name), $0) }
            case .integer(let number): values.append((.field(name), String(number)))
            case .flag: break
            }
        }
        values += (opened?.parts ?? []).map { (.attachment, $0.name) }
        return words.places(in: values)
    }
}
