import java.io.FileInputStream;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates every file named, each for PDF/A-3a and PDF/UA-1; a line of its rules that fail for each. */
class Vera {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files)
      for (String flavour : new String[] {"3a", "ua1"})
        System.out.println(file + "\t" + flavour + "\t" + failing(file, PDFAFlavour.fromString(flavour)));
  }

  /** Clause and number of every rule that fails, by comma; "ok" where none does. */
  static String failing(String file, PDFAFlavour flavour) throws Exception {
    try (PDFAParser read = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour)) {
      ValidationResult found = Foundries.defaultInstance().createValidator(flavour, false).validate(read);
      if (found.isCompliant()) return "ok";
      TreeSet<String> rules = new TreeSet<>();
      for (TestAssertion one : found.getTestAssertions())
        if (one.getStatus() == TestAssertion.Status.FAILED)
          rules.add(one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber());
      return String.join(",", rules);
    }
  }
}
