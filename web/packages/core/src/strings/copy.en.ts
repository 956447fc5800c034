import type { Dictionary } from "../dictionary.ts";
import type { copyZh } from "./copy.zh.ts";

export const copyEn: Dictionary<keyof typeof copyZh> = {
  download: "Download",
  downloadTitle: "A code is needed to download",
  downloadText: "The code goes to your phone, so nobody else can download with the link.",
  downloadElsewhere: "Use your browser",
  downloadElsewhereText: "WeChat, QQ and Alipay often cannot save files. Tap the three dots at the top right, choose “Open in browser”, type the last four digits of your phone number, then tap “Download”.",
  downloadElsewherePicture: "Picture: three dots at the top right, then “Open in browser”",
  downloadElsewhereLater: "The sitting goes on: change once it is over. The agreement stays here.",
  downloadHere: "Try to download here",
  downloadSaved: "Your copy is on its way",
  downloadName: "File name: {name}",
  downloadInAndroid: "If the phone asks, tap “Download”. Afterwards it is in “Files”, under “Downloads”.",
  downloadInIos: "If the phone asks, tap “Download”. Afterwards it is in “Files”, under “Downloads”.",
  downloadInDesktop: "It is in the computer's folder “Downloads”.",
  downloadNot: "Not saved, not found, or it does not open? Ring the committee and ask for a copy.",
  downloadTried: "If nothing opened and nothing was saved, ring the committee and ask for a copy.",
  copyLink: "Copy the link",
  copied: "Copied",
};
