-- Words the company is made of. Lists are session variables, so that a draw is one list access.
set variable given_f = ['Olivia','Amelia','Isla','Ava','Emily','Sophie','Grace','Charlotte','Katherine','Elizabeth','Margaret','Susan','Patricia','Rebecca','Jennifer','Victoria','Alexandra','Samantha','Jessica','Deborah','Christine','Helen','Joanne','Caroline','Hannah','Lucy','Freya','Poppy','Abigail','Eleanor','Georgia','Harriet','Imogen','Josephine','Matilda','Philippa','Rosemary','Stephanie','Theresa','Yvonne','Priya','Aisha','Fatima','Siobhan','Niamh','Gwen','Agnieszka','Zofia','Ngozi','Chloe'];
set variable nick_f = ['Liv','Milly','Isla','Ava','Em','Soph','Gracie','Lottie','Kate','Liz','Maggie','Sue','Pat','Becky','Jenny','Vicky','Alex','Sam','Jess','Debbie','Chris','Nell','Jo','Carrie','Hanna','Lu','Freya','Poppy','Abi','Ellie','George','Hattie','Immy','Josie','Tilly','Pippa','Rosie','Steph','Tess','Eve','Pri','Aisha','Fati','Shiv','Neeve','Gwenny','Aga','Zosia','Ngo','Clo'];
set variable given_m = ['Oliver','George','Harry','Jack','Thomas','William','Robert','Richard','Edward','Christopher','Michael','James','David','Andrew','Anthony','Benjamin','Daniel','Joseph','Matthew','Nicholas','Peter','Philip','Samuel','Stephen','Timothy','Alexander','Charles','Frederick','Gareth','Graham','Henry','Ian','Jonathan','Kenneth','Lawrence','Leonard','Martin','Nathaniel','Patrick','Raymond','Ronald','Simon','Theodore','Vincent','Zachary','Mohammed','Arjun','Piotr','Rhys','Callum'];
set variable nick_m = ['Ollie','George','Hal','Jacky','Tom','Bill','Bob','Dick','Ted','Chris','Mike','Jim','Dave','Andy','Tony','Ben','Dan','Joe','Matt','Nick','Pete','Phil','Sam','Steve','Tim','Alex','Charlie','Fred','Gaz','Graham','Harry','Ian','Jon','Ken','Larry','Len','Marty','Nate','Paddy','Ray','Ron','Si','Theo','Vince','Zac','Mo','AJ','Peter','Rhys','Cal'];
set variable family_en = ['Smith','Jones','Taylor','Brown','Williams','Wilson','Johnson','Davies','Patel','Robinson','Wright','Thompson','Evans','Walker','White','Roberts','Green','Hall','Wood','Jackson','Clarke','Khan','Hughes','Edwards','Hill','Moore','Clark','Harrison','Scott','Young','Morris','Ward','Singh','Turner','Murphy','O''Brien','O''Connor','MacDonald','Campbell','Stewart','Begum','Ali','Kowalski','Nowak','Okafor','Fernandez','Rossi','Novak','Bennett','Collins'];
set variable stem = ['Ash','Brad','Carl','Dal','Elm','Fair','Glad','Hart','Kirk','Lang','Mar','Nor','Oak','Pem','Ray','Shel','Thorn','Under','Wald','York','Black','Bir','Cran','Dun','East','Farn','Green','Hol','Inger','Lin'];
set variable ending = ['ford','ley','ton','ham','well','field','worth','bury','combe','ridge','by','more','stead','shaw','wick','den','man','brook'];
set variable family_han = ['王','李','张','刘','陈','杨','赵','黄','周','吴','徐','孙','胡','朱','高','林','何','郭','马','罗','梁','宋','郑','谢','韩','唐','冯','于','董','萧','程','曹','袁','邓','许','傅','沈','曾','彭','吕','苏','卢','蒋','蔡','贾','丁','魏','薛','叶','欧阳','司马','诸葛'];
set variable family_pinyin = ['Wang','Li','Zhang','Liu','Chen','Yang','Zhao','Huang','Zhou','Wu','Xu','Sun','Hu','Zhu','Gao','Lin','He','Guo','Ma','Luo','Liang','Song','Zheng','Xie','Han','Tang','Feng','Yu','Dong','Xiao','Cheng','Cao','Yuan','Deng','Xu','Fu','Shen','Zeng','Peng','Lu','Su','Lu','Jiang','Cai','Jia','Ding','Wei','Xue','Ye','Ouyang','Sima','Zhuge'];
set variable given_han = ['伟','芳','娜','敏','静','丽','强','磊','军','洋','勇','艳','杰','娟','涛','明','超','秀','霞','平','刚','桂','英','华','玉','兰','红','梅','鑫','宇','浩','然','子','涵','梓','轩','欣','怡','思','雨','佳','晨','文','博','俊','凯','雪','婷','志','国','建','春','晓','东','海','波','飞','龙','云','月'];
set variable given_pinyin = ['wei','fang','na','min','jing','li','qiang','lei','jun','yang','yong','yan','jie','juan','tao','ming','chao','xiu','xia','ping','gang','gui','ying','hua','yu','lan','hong','mei','xin','yu','hao','ran','zi','han','zi','xuan','xin','yi','si','yu','jia','chen','wen','bo','jun','kai','xue','ting','zhi','guo','jian','chun','xiao','dong','hai','bo','fei','long','yun','yue'];
set variable streets = ['High Street','Church Lane','Station Road','Victoria Road','Mill Lane','Park Avenue','The Green','King Street','Queens Road','Manor Close','School Lane','London Road','West Street','Orchard Way','Chapel Row','Meadow View'];
set variable streets_cn = ['南京西路','淮海中路','中山北路','人民路','解放路','建设大道','延安西路','天山路','文化路','和平里','长江路','复兴中路'];
set variable mail_en = ['gmail.com','outlook.com','yahoo.co.uk','hotmail.co.uk','icloud.com','btinternet.com','sky.com','live.co.uk'];
set variable mail_cn = ['qq.com','163.com','126.com','sina.com','foxmail.com','outlook.com'];
set variable jobs = ['teacher','nurse','engineer','retired','student','manager','sales','self-employed','driver','civil servant','designer','chef'];
set variable interests = ['cooking','gardening','hiking','interior design','reading','sustainability','bargains','family','sport','travel'];
set variable motives = ['quality','price','gift','convenience','style','habit'];
-- 30 hot values: what staff and customers type when a field must not stay empty.
set variable hot_emails = ['test@test.com','test@test.com','noemail@larchandlantern.example','noemail@larchandlantern.example','none@none.com','a@a.com','na@na.com','no@email.com','customer@shop.com','x@x.com','till1@larchandlantern.example','till2@larchandlantern.example','info@larchandlantern.example','email@email.com','unknown@unknown.com','123@qq.com'];
set variable hot_phones = ['00000000000','00000000000','13800000000','13800000000','13800138000','07000000000','01234567890','12345678','000','11111111111','99999999999','07777777777','0','07123456789','+44 0000 000000','13000000000','15000000000','18888888888'];
create table uk_cities as select * from (values
    (0, 'London', 'Greater London', 'SE'), (1, 'Manchester', 'Greater Manchester', 'M'), (2, 'Birmingham', 'West Midlands', 'B'),
    (3, 'Leeds', 'West Yorkshire', 'LS'), (4, 'Bristol', 'Avon', 'BS'), (5, 'Edinburgh', 'Lothian', 'EH'), (6, 'Cardiff', 'South Glamorgan', 'CF'),
    (7, 'Norwich', 'Norfolk', 'NR'), (8, 'Exeter', 'Devon', 'EX'), (9, 'York', 'North Yorkshire', 'YO'), (10, 'Bath', 'Somerset', 'BA'),
    (11, 'Sheffield', 'South Yorkshire', 'S')) t(c, city, region, area);
create table cn_cities as select * from (values
    (0, '上海', '上海市', '2000'), (1, '杭州', '浙江省', '3100'), (2, '苏州', '江苏省', '2150'), (3, '南京', '江苏省', '2100'),
    (4, '北京', '北京市', '1000'), (5, '成都', '四川省', '6100')) t(c, city, region, area);
create table eu_cities as select * from (values
    (0, 'Dublin', 'Leinster', 'D0', 'IE'), (1, 'Berlin', 'Berlin', '10', 'DE'), (2, 'Hamburg', 'Hamburg', '20', 'DE'),
    (3, 'Lyon', 'Rhône', '69', 'FR'), (4, 'Paris', 'Île-de-France', '75', 'FR'), (5, 'Cork', 'Munster', 'T1', 'IE')) t(c, city, region, area, country);
-- Ways to the shop. Each list repeats a channel by its weight: what causes orders, what stands beside on the path, what
-- brings visits. Channel 7 (display) stands on paths and causes nothing; 8 and 15 are paid for and never near an order.
create table channels as select * from (values
    (0, null, null, null, null), (1, 'google', 'organic', null, 'https://www.google.com/'), (2, 'google', 'cpc', 'brand-and-generic', 'https://www.google.com/'),
    (3, 'newsletter', 'email', 'weekly', null), (4, 'facebook', 'paid_social', 'home-lookalike', 'https://www.facebook.com/'), (5, 'instagram', 'social', null, 'https://www.instagram.com/'),
    (6, 'thehomeblog', 'referral', null, 'https://thehomeblog.example/'), (7, 'adwise', 'display', 'retargeting', 'https://ads.adwise.example/'),
    (8, 'tiktok', 'paid_social', 'awareness', 'https://www.tiktok.com/'), (10, null, null, null, null), (11, 'baidu', 'organic', null, 'https://www.baidu.com/'),
    (12, 'baidu', 'cpc', 'pinpai', 'https://www.baidu.com/'), (13, 'wechat', 'social', 'gongzhonghao', null), (14, 'weibo', 'paid_social', 'huati', 'https://weibo.com/'),
    (15, 'douyin', 'paid_social', 'baoguang', 'https://www.douyin.com/')) t(channel, source, medium, campaign, referrer);
set variable cause_uk = [0,0,1,1,1,1,2,2,2,2,2,3,3,3,3,3,4,4,5,6];
set variable path_uk = [0,0,0,0,1,1,1,1,2,2,2,3,3,4,4,5,6,7,7,7];
set variable browse_uk = [0,0,0,0,1,1,1,1,2,2,2,3,3,4,4,5,6,7,7,8];
set variable cause_cn = [10,10,11,11,12,12,12,13,13,13,13,13,14,14];
set variable path_cn = [10,10,10,11,11,11,12,12,13,13,13,14,14,14];
set variable browse_cn = [10,10,10,11,11,11,12,12,13,13,13,14,14,15];
-- Sentences by mood; % is the product. Plain ones and the endings carry no mood, and some words occur in all of them.
set variable en_good = ['The % is even nicer than in the picture', 'Love the %, quick delivery too', 'Really pleased with the %', 'My third % from you, never let me down', 'Staff were lovely and found the % for me', 'Great quality for the price, the % looks well made', 'Not bad at all, the % works a treat', 'Cannot fault the %'];
set variable en_bad = ['The % arrived broken and nobody answers', 'Still waiting for the %, three weeks now', 'Very poor quality, the % fell apart', 'Not happy with the %, it looks nothing like the picture', 'Was told the % was in stock, it was not', 'The % is not worth the price', 'Asked twice about the %, no reply', 'I would not buy the % again'];
set variable en_plain = ['Does the % come in blue', 'How do I clean the %', 'Is the % still in stock in Leeds', 'I ordered the % on Monday', 'Can I change the delivery address for the %', 'Bought the % for my mother', 'What size is the %', 'Looking for a % like this one'];
set variable en_end = ['.', '!', '?', '...', '. Thanks', ', "as seen" in the shop.', ' :)', '. Order was for a birthday.', '. Please advise.'];
set variable zh_good = ['%很好，比图片还漂亮', '物流很快，%质量不错', '第三次买%了，一直很满意', '店员很热情，帮我找到了%', '%性价比高，推荐', '喜欢这个%，做工精细', '%没什么可挑剔的', '孩子很喜欢%'];
set variable zh_bad = ['%收到就坏了，没人处理', '等了三个星期%还没到', '%质量太差，用一次就坏', '%和图片完全不一样，不满意', '客服一直不回复%的问题', '%不值这个价', '再也不买%了', '说有货，结果%缺货'];
set variable zh_plain = ['%有蓝色的吗', '%怎么清洗', '上海店还有%吗', '星期一订的%', '%可以改地址吗', '给妈妈买的%', '%是什么尺寸', '想找类似的%'];
set variable zh_end = ['。', '！', '？', '……', '，谢谢', '，"朋友推荐"的。', '～', '。麻烦看一下。'];
