/** What a signer reads once he has signed, and once the agreement is in force; a part of partyZh. */
export const receiptZh = {
  receiptTitle: "您签好了",
  receiptSignedAt: "您签于 {when}",
  receiptSteps: "还差 {n} 步才生效",
  receiptToSign: "待签",
  receiptToSeal: "待盖",
  sealRow: "调委会盖章",
  sealLast: "最后一步",
  notYet: "协议现在还没有生效。",
  notYetText: "全部签完、盖章以后才生效，到时会告诉您。",
  fingerprintSigned: "您签的文件，指纹 {print}。调解员屏幕上的应当一样。",
  fingerprintSealed: "盖了章的文件，指纹 {print}（SHA-256 的前 16 位）。",
  sealPhotoRow: "单位盖章的照片",
  sealPhotoOwed: "待交",
  sealPhotoYours: "还差单位盖章的照片：请交给调解员，或者把盖了章的纸拿给他拍。收到以后，调解员才能签。",
  sealPhotoOther: "{name}还要把单位盖章的照片交给调解员。收到以后，调解员才能签。",
};
