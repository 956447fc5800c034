/** Short names for tiles and the audience line. A name is never cut: minority names keep their middle dot. */

/** Two-character surnames still in use; every other Chinese name of up to four characters has one character. */
const TWO_CHARACTER_SURNAMES: readonly string[] = [
  "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "端木", "夏侯", "轩辕",
  "宇文", "长孙", "南宫", "西门", "东郭", "百里", "呼延", "澹台", "闻人", "司空", "太史", "申屠", "公冶", "钟离",
];

/** Surname of a Han Chinese name, or the whole name where that cannot be told. */
export function surnameOf(name: string): string {
  if (!/^[\u3400-\u9fff]{2,4}$/u.test(name)) return name;
  const two = name.slice(0, 2);
  if (name.length > 2 && TWO_CHARACTER_SURNAMES.includes(two)) return two;
  return name.length === 4 ? name : name.slice(0, 1);
}

/** How a party speaks of the mediator: 苏调解员. In English the whole name stays. */
export function mediatorName(name: string, lang: "zh-CN" | "en"): string {
  return lang === "zh-CN" && name !== "" ? `${surnameOf(name)}调解员` : name;
}
