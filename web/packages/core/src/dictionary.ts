/** Typed string dictionaries: the Chinese file is the source of the key type, every other language must match it. */

export type Vars = Readonly<Record<string, string | number>>;
export type Dictionary<K extends string> = Readonly<Record<K, string>>;
export type Translate<K extends string> = (key: K, vars?: Vars) => string;
export type Lang = "zh-CN" | "en";

/** Looks a key up and puts `{name}` values in. An unknown placeholder stays visible, so that a mistake is seen. */
export function translator<K extends string>(dictionary: Dictionary<K>): Translate<K> {
  return (key, vars) =>
    dictionary[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = vars?.[name];
      return value === undefined ? whole : String(value);
    });
}

export function langOf(tag: string | null | undefined): Lang {
  return tag?.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}
