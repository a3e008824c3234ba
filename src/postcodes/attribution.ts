/**
 * What the licences of the postcode data ask for wherever an answer from it is documented or shown:
 * the words of the Office for National Statistics for ONSPD and NSPL, under the Open Government
 * Licence v3.
 */
export const POSTCODE_ATTRIBUTION =
  'Contains OS data © Crown copyright and database right 2025. Contains Royal Mail data © Royal Mail copyright and database right 2025. Contains National Statistics data © Crown copyright and database right 2025. Open Government Licence v3.';
