import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Asks veraPDF about files: a line for each file and profile (file, profile, how many rules, how
 * many assertions), then a line for each rule that it breaks. Fields are parted by tabs.
 *
 * <p>The profiles are read here, since what veraPDF reads them with is no part of Java any more.
 */
public class VeraPdf {
    private static final Map<PDFAFlavour, String> PROFILES =
            Map.of(PDFAFlavour.PDFA_2_A, "PDFA-2A", PDFAFlavour.PDFUA_1, "PDFUA-1");

    public static void main(String[] files) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        for (Map.Entry<PDFAFlavour, String> profile : PROFILES.entrySet()) {
            ValidationProfile rules = read(profile.getKey(), profile.getValue());
            for (String file : files) {
                ask(new File(file), profile.getKey(), rules);
            }
        }
    }

    private static void ask(File file, PDFAFlavour flavour, ValidationProfile rules)
            throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(rules, 10, false, false, false)) {
            ValidationResult found = validator.validate(parser);
            System.out.printf(
                    "%s\t%s\t%d\t%d%n",
                    file, flavour, rules.getRules().size(), found.getTotalAssertions());
            Map<String, String> broken = new TreeMap<>();
            for (TestAssertion one : found.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    broken.putIfAbsent(
                            one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber(),
                            one.getMessage() + " (" + one.getLocation().getContext() + ")");
                }
            }
            broken.forEach((rule, why) -> System.out.printf("\t%s\t%s%n", rule, why));
        }
    }

    private static ValidationProfile read(PDFAFlavour flavour, String name) throws Exception {
        try (InputStream in =
                Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
            Element root =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(in)
                            .getDocumentElement();
            Set<Rule> rules = new HashSet<>();
            for (Element one : all(root, "rule")) {
                Element id = all(one, "id").get(0);
                Element error = all(one, "error").get(0);
                List<ErrorArgument> arguments = new ArrayList<>();
                for (Element argument : all(error, "argument")) {
                    arguments.add(ErrorArgumentImpl.fromValues(text(argument), null, null));
                }
                rules.add(
                        Profiles.ruleFromValues(
                                Profiles.ruleIdFromValues(
                                        flavour.getPart(),
                                        id.getAttribute("clause"),
                                        Integer.parseInt(id.getAttribute("testNumber"))),
                                one.getAttribute("object"),
                                one.hasAttribute("deferred")
                                        ? Boolean.valueOf(one.getAttribute("deferred"))
                                        : null,
                                one.getAttribute("tags"),
                                text(all(one, "description").get(0)),
                                text(all(one, "test").get(0)),
                                Profiles.errorFromValues(
                                        text(all(error, "message").get(0)), arguments),
                                Collections.emptyList()));
            }
            Set<Variable> variables = new HashSet<>();
            for (Element one : all(root, "variable")) {
                variables.add(
                        Profiles.variableFromValues(
                                one.getAttribute("name"),
                                one.getAttribute("object"),
                                text(all(one, "defaultValue").get(0)),
                                text(all(one, "value").get(0))));
            }
            return Profiles.profileFromValues(
                    flavour,
                    Profiles.profileDetailsFromValues(name, name, "veraPDF", new Date()),
                    "",
                    rules,
                    variables);
        }
    }

    private static List<Element> all(Element within, String tag) {
        NodeList found = within.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int at = 0; at < found.getLength(); at++) {
            elements.add((Element) found.item(at));
        }
        return elements;
    }

    private static String text(Element element) {
        return element.getTextContent();
    }
}
