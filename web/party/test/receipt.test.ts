import { afterEach, describe, expect, it } from "vitest";
import Receipt from "../src/screens/Receipt.vue";
import { clear, roomIn, show } from "./stage.ts";

afterEach(clear);

const words = async (name: string): Promise<string> => show(Receipt, await roomIn(name)).root.textContent.replace(/\s+/g, " ");

describe("the fingerprint on the receipt", () => {
  it("is called that of the file he signed until the seal, and of the sealed one after it", async () => {
    expect(await words("receipt")).toContain("您签的文件，指纹 9f2c 71ab 9f2c 71ab。");
    expect(await words("effective")).toContain("盖了章的文件，指纹 9f2c 71ab 9f2c 71ab");
  });
});

describe("the steps until the agreement is in force", () => {
  it("are those who sign and the committee's seal", async () => {
    const said = await words("receipt");
    expect(said).toContain("还差 4 步才生效");
    expect(said).not.toContain("单位盖章的照片");
  });
  it("count the photo of the organisation's seal, and say whose it is and who can take it", async () => {
    const said = await words("receiptSeal");
    expect(said).toContain("还差 4 步才生效");
    expect(said).toContain("单位盖章的照片 林启航待交");
    expect(said).toContain("请交给调解员，或者把盖了章的纸拿给他拍");
  });
});
