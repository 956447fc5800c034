import { describe, expect, it } from "vitest";
import { LOCKED } from "../dev/papers.ts";
import { SCENES } from "../dev/scenes.ts";
import type { Snapshot } from "../src/api/types.ts";
import { away, circleSign, featuredOf, shares, sends, whyNot } from "../src/room/scene.ts";
import { owedOf, phaseOf } from "../src/room/steps.ts";
import { MOST_DRAWN, WIDTH, fitting, groupsOf, whoHears } from "../src/room/whoHears.ts";

const scene = (name: string): Snapshot => {
  const found = SCENES[name];
  if (found === undefined) throw new Error(name);
  return found;
};
const SCENE_NAMES = Object.keys(SCENES);

describe("the picture of who hears whom", () => {
  it.each(SCENE_NAMES)("%s: everybody present is in exactly one box", (name) => {
    const people = groupsOf(scene(name)).flatMap((group) => group.people.map((person) => person.id));
    const present = scene(name).seats.filter((seat) => seat.present);
    expect(people.length).toBe(new Set(people).size);
    for (const seat of present) expect(people).toContain(seat.seat);
  });
  it.each(SCENE_NAMES)("%s: circles stay inside their box and boxes do not overlap", (name) => {
    const { boxes, height } = whoHears(scene(name));
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.w).toBeLessThanOrEqual(WIDTH);
      expect(box.y + box.h).toBeLessThanOrEqual(height + 1);
      for (const node of box.nodes) {
        expect(node.x - 17).toBeGreaterThanOrEqual(box.x);
        expect(node.x + 17).toBeLessThanOrEqual(box.x + box.w);
        expect(node.y - 17).toBeGreaterThanOrEqual(box.y);
        expect(node.y + 33).toBeLessThanOrEqual(box.y + box.h);
      }
    }
    boxes.forEach((one, index) =>
      boxes.slice(index + 1).forEach((other) => {
        const apart = one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y;
        expect(apart).toBe(true);
      }),
    );
  });
  it("links nobody across the cut in a private talk", () => {
    const { links, boxes, cuts } = whoHears(scene("caucus"));
    const open = boxes.find((box) => box.id === "open");
    const inside = new Set(open?.nodes.map((node) => node.id));
    expect(inside).toEqual(new Set(["su", "p1a", "p1a+0"]));
    for (const link of links) expect([inside.has(link.from.id), inside.has(link.to.id)]).toEqual([true, true]);
    expect(links).toHaveLength(3);
    expect(cuts.every((cut) => cut.confirmed)).toBe(true);
  });
  it("writes no name wider than the room below its circle", () => {
    expect(fitting("陈水根")).toBe("陈水根");
    expect(fitting("买买提·吐尔逊江·阿布都热合曼")).toBe("买买提·吐…");
    expect(fitting("Maximilian Alexander")).toBe("Maximilian…");
    expect(fitting("Zhang Wei")).toBe("Zhang Wei");
  });
  it("shows the cut as open until the server has confirmed it", () => {
    expect(whoHears(scene("cutting")).cuts.some((cut) => cut.confirmed)).toBe(false);
  });
  it("draws no link at all while everybody waits", () => {
    for (const name of ["lobby", "frozen", "scheduled"]) expect(whoHears(scene(name)).links).toEqual([]);
  });
  it("counts instead of drawing from nine people on", () => {
    const eight = scene("eight");
    const crowd = { ...eight, seats: [...eight.seats, ...eight.seats.map((seat) => ({ ...seat, you: false, seat: `${seat.seat}-2` }))] };
    const { boxes } = whoHears(crowd);
    expect(boxes.reduce((sum, box) => sum + box.count, 0)).toBeGreaterThan(MOST_DRAWN);
    expect(boxes.flatMap((box) => box.nodes)).toEqual([]);
  });
  it("writes the surname into the circle, and a whole minority name below", () => {
    expect([circleSign("陈水根"), circleSign("欧阳明月"), circleSign("古丽娜扎·艾尼")]).toEqual(["陈", "欧", "古"]);
  });
});

describe("who refuses mediation by video", () => {
  it("is owed a call, and nobody waits for him", () => {
    const owing = owedOf(scene("refused")).rows.filter((row) => !row.done);
    expect(owing.map((row) => [row.code, row.seat])).toEqual([["refuses_online", "p1a"], ["presence", "p2a"]]);
  });
  it("is told so while he is in his lobby, with the way to take another answer aloud", () => {
    const refused = scene("refused");
    const here = { ...refused, state: "open" as const, seats: refused.seats.map((seat) => ({ ...seat, present: true })) };
    const row = owedOf(here).rows.find((each) => each.code === "refuses_online");
    expect([row?.seat, row?.act]).toEqual(["p1a", "consent"]);
  });
});

describe("own sound", () => {
  it("goes out only in a space that the server has confirmed", () => {
    expect([sends(scene("joint")), sends(scene("caucus")), sends(scene("reception"))]).toEqual([true, true, true]);
    expect([sends(scene("cutting")), sends(scene("frozen")), sends(scene("lobby")), sends(scene("scheduled"))]).toEqual([false, false, false, false]);
    expect(sends({ ...scene("caucus"), lamp: "failed" })).toBe(false);
  });
});

describe("ways between the spaces", () => {
  it("say why they are closed", () => {
    expect(whyNot(scene("scheduled"), "joint", null)).toBe("notRunning");
    expect(whyNot(scene("lobby"), "joint", null)).toBe("nobodyAdmitted");
    expect(whyNot(scene("lobby"), "caucus", "applicant")).toBe("nobodyOfSide");
    expect(whyNot(scene("lobby"), "reception", "applicant")).toBeNull();
    expect(whyNot(scene("joint"), "caucus", "respondent")).toBeNull();
    const asRecorder = { ...scene("joint"), seats: scene("joint").seats.map((seat) => (seat.you ? { ...seat, staff_role: "recorder" as const, chair: false } : seat)) };
    expect(whyNot(asRecorder, "joint", null)).toBe("notInChair");
  });
  it("keep whoever spoke last large, and never somebody outside", () => {
    expect(featuredOf(scene("joint"), null)).toBe("p1a");
    expect(featuredOf({ ...scene("joint"), seats: scene("joint").seats.map((seat) => ({ ...seat, speaking: false })) }, "p2a")).toBe("p2a");
    expect(featuredOf(scene("caucus"), "p2a")).toBe("p1a");
    expect(featuredOf(scene("lobby"), "p1a")).toBeNull();
  });
});

describe("a recorder who stays out of a private talk", () => {
  const inside = scene("caucus");
  const outside = { ...inside, seats: inside.seats.map((seat) => (seat.you ? { ...seat, staff_role: "recorder" as const, chair: false, space: "lobby" as const } : seat)) };
  it("shares it with nobody and sees nobody large", () => {
    expect([away(inside), away(outside)]).toEqual([false, true]);
    expect(outside.seats.some((seat) => shares(outside, seat))).toBe(false);
    expect(featuredOf(outside, "p1a")).toBeNull();
    expect(sends(outside)).toBe(false);
  });
});

describe("what is owed", () => {
  it("tells who declined to sign apart from who has not signed yet", () => {
    const signing: Snapshot = { ...scene("joint"), agreement_state: "locked" };
    const [first, ...rest] = LOCKED.signatures.map((each) => ({ ...each, signed_at: null }));
    if (first === undefined) throw new Error("nobody signs");
    const agreement = { ...LOCKED, signatures: [first, ...rest], refusals: [{ signer: first.signer, reason: "" }] };
    const codes = owedOf(signing, agreement).rows.map((row) => [row.code, row.names[0] ?? ""]);
    expect(codes).toContainEqual(["declined", first.name]);
    expect(codes).not.toContainEqual(["signed", first.name]);
    for (const other of rest) expect(codes).toContainEqual(["signed", other.name]);
  });
  it("follows the sitting", () => {
    expect(["scheduled", "lobby", "joint", "drafting"].map((name) => phaseOf(scene(name)))).toEqual(["open", "joint", "draft", "lock"]);
    expect(phaseOf({ ...scene("joint"), agreement_state: "locked" })).toBe("sign");
    expect(phaseOf({ ...scene("joint"), agreement_state: "signed" })).toBe("seal");
    expect(phaseOf({ ...scene("joint"), agreement_state: "sealed" })).toBe("close");
    expect(phaseOf({ ...scene("joint"), state: "closed" })).toBe("over");
  });
  it("names each missing thing once, with the person and the button", () => {
    const { rows, missing } = owedOf(scene("lobby"));
    const owing = rows.filter((row) => !row.done);
    expect(owing.map((row) => [row.code, row.names[0], row.act])).toEqual([
      ["online_consent", "林启航", "consent"],
      ["identity", "林启航", "identity"],
      ["rights", "林启航", "rights"],
      ["admitted", "陈水根", "admit"],
    ]);
    expect(missing).toBe(4);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });
  it("lets nobody be admitted who owes something", () => {
    for (const name of SCENE_NAMES) {
      for (const row of owedOf(scene(name)).rows.filter((each) => each.act === "admit")) {
        expect(scene(name).desk?.seats.find((seat) => seat.seat === row.seat)?.owed).toEqual([]);
      }
    }
  });
});
