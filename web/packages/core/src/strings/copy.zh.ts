/** What is said where the sealed agreement is fetched; a part of partyZh. */
export const copyZh = {
  download: "下载协议",
  downloadTitle: "下载要验证码",
  downloadText: "验证码发到您的手机，别人拿到链接也下不了。",
  downloadElsewhere: "先换到浏览器里下载",
  downloadElsewhereText: "微信、QQ、支付宝里常常存不下文件。请点右上角的三个点，选“在浏览器打开”，输手机号后四位，再点“下载协议”。",
  downloadElsewherePicture: "图：右上角三个点，再点“在浏览器打开”",
  downloadElsewhereLater: "现在还在调解，等结束了再换。协议一直在这里。",
  downloadHere: "就在这里下载试试",
  downloadTried: "如果没有打开，也没有存下，请打电话给调委会要一份。",
  copyLink: "复制链接",
  copied: "复制好了",
} as const;
