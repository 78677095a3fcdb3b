/* The scales that a new methodology begins with: five by five, to be made one's own. What people read in them is marked
 * as sentences are, so that it is there in every language; names stay, since matrix, reports and rules go by them. */
#include "registers/risk/method.h"

#define FOUR(a, b, c, d) "[" a "," b "," c "," d "]"
#define FIVE(a, b, c, d, e) "[" a "," b "," c "," d "," e "]"
#define TITLED(title) "{\"title\":\"" title "\"}"
#define MEANT(title, meaning) "{\"title\":\"" title "\",\"description\":\"" meaning "\"}"
#define QUOTED(step) "\"" step "\""
#define CRITERION(name, title, steps) "{\"name\":\"" name "\",\"title\":\"" title "\",\"steps\":" steps "}"
#define LEVEL(name, title, tone, appetite, approver)                                                                   \
    "{\"name\":\"" name "\",\"title\":\"" title "\",\"tone\":\"" tone "\",\"appetite\":\"" appetite                    \
    "\",\"approver\":\"" approver "\"}"

#define LIKELIHOOD                                                                                                     \
    FIVE(MEANT(SENTENCE("Rare"), SENTENCE("Less than once in ten years")),                                             \
         MEANT(SENTENCE("Unlikely"), SENTENCE("Once in three to ten years")),                                          \
         MEANT(SENTENCE("Possible"), SENTENCE("Once in one to three years")),                                          \
         MEANT(SENTENCE("Likely"), SENTENCE("Once a year or more")),                                                   \
         MEANT(SENTENCE("Almost certain"), SENTENCE("Several times a year")))
#define CONSEQUENCE                                                                                                    \
    FIVE(TITLED(SENTENCE("Negligible")), TITLED(SENTENCE("Minor")), TITLED(SENTENCE("Moderate")),                      \
         TITLED(SENTENCE("Major")), TITLED(SENTENCE("Severe")))
#define FINANCIAL                                                                                                      \
    FIVE(QUOTED(SENTENCE("Below 10,000")), QUOTED(SENTENCE("To 100,000")), QUOTED(SENTENCE("To 500,000")),             \
         QUOTED(SENTENCE("To 2 million")), QUOTED(SENTENCE("Above 2 million")))
#define OPERATIONAL                                                                                                    \
    FIVE(QUOTED(SENTENCE("Not noticed")), QUOTED(SENTENCE("Hours")), QUOTED(SENTENCE("A day")),                        \
         QUOTED(SENTENCE("Several days")), QUOTED(SENTENCE("Weeks")))
#define LEGAL                                                                                                          \
    FIVE(QUOTED(SENTENCE("None")), QUOTED(SENTENCE("Note by an authority")), QUOTED(SENTENCE("Warning")),              \
         QUOTED(SENTENCE("Fine")), QUOTED(SENTENCE("Loss of a licence")))
#define REPUTATION                                                                                                     \
    FIVE(QUOTED(SENTENCE("None")), QUOTED(SENTENCE("Single complaints")), QUOTED(SENTENCE("Local press")),             \
         QUOTED(SENTENCE("National press")), QUOTED(SENTENCE("Lasting loss of trust")))
#define CRITERIA                                                                                                       \
    FOUR(CRITERION("financial", SENTENCE("Financial"), FINANCIAL),                                                     \
         CRITERION("operational", SENTENCE("Operational"), OPERATIONAL), CRITERION("legal", SENTENCE("Legal"), LEGAL), \
         CRITERION("reputation", SENTENCE("Reputation"), REPUTATION))
#define LEVELS                                                                                                         \
    FOUR(LEVEL("low", SENTENCE("Low"), "good", "acceptable", ""),                                                      \
         LEVEL("medium", SENTENCE("Medium"), "active", "tolerable", "security_manager"),                               \
         LEVEL("high", SENTENCE("High"), "warning", "tolerable", "top_management"),                                    \
         LEVEL("very_high", SENTENCE("Very high"), "bad", "unacceptable", "top_management"))
#define MATRIX "[[0,0,0,1,1],[0,0,1,1,2],[0,1,1,2,2],[1,1,2,2,3],[1,2,2,3,3]]"

const char method_default[] = "{\"likelihood\":" LIKELIHOOD ",\"consequence\":" CONSEQUENCE ",\"criteria\":" CRITERIA
                              ",\"levels\":" LEVELS ",\"matrix\":" MATRIX ",\"acceptance_days\":365}";
