// Reads Adaptive Cards, one JSON text a line, through Microsoft's own parser, and says of each what it did not take:
// one JSON list a line. Properties that the parser drops without a word are found by writing the card out again.
const readline = require("readline");
const { AdaptiveCard, SerializationContext, Versions } = require("adaptivecards/dist/adaptivecards.js");

// What the parser reads but does not write out again; fallbacks are looked at on their own.
const NOT_WRITTEN = new Set(["$schema", "version", "fallback"]);

function events(context) {
    return Array.from({ length: context.eventCount }, (_, number) => context.getEventAt(number).message);
}

function lost(given, written, path) {
    if (Array.isArray(given)) {
        return given.flatMap((each, number) => lost(each, (written || [])[number], `${path}[${number}]`));
    }
    if (given === null || typeof given !== "object") {
        return [];
    }
    return Object.keys(given).filter((name) => !NOT_WRITTEN.has(name)).flatMap((name) => {
        const here = `${path}.${name}`;
        if (written === undefined || !(name in written)) {
            return isDefault(given, name) ? [] : [`${here} is not known here`];
        }
        return lost(given[name], written[name], here);
    });
}

// The parser leaves out what says no more than its own default.
const DEFAULTS = {
    size: ["Auto"], spacing: ["Default"], style: ["compact"], isMultiline: [false], isRequired: [false],
    separator: [false], maxLength: [0], verticalContentAlignment: ["Top"], choices: [[]], value: [""],
};

function isDefault(given, name) {
    return (DEFAULTS[name] || []).some((value) => JSON.stringify(value) === JSON.stringify(given[name]));
}

function fallbacks(part, found = []) {
    if (part && typeof part === "object") {
        if (part.fallback && typeof part.fallback === "object") {
            found.push(part.fallback);
        }
        Object.values(part).forEach((each) => fallbacks(each, found));
    }
    return found;
}

function problems(json) {
    const card = new AdaptiveCard();
    const context = new SerializationContext(Versions.v1_5);
    card.parse(json, context);
    const found = [...events(context), ...lost(json, card.toJSON(), "card")];
    found.push(...card.validateProperties().validationEvents.map((each) => each.message));
    for (const fallback of fallbacks(json)) {
        const known = new SerializationContext(Versions.v1_5);
        const holder = new AdaptiveCard();
        const inside = { type: "AdaptiveCard", version: "1.5", actions: [fallback] };
        holder.parse(inside, known);
        found.push(...events(known), ...lost(inside, holder.toJSON(), "fallback"));
    }
    return found;
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
    process.stdout.write(`${JSON.stringify(problems(JSON.parse(line)))}\n`);
});
